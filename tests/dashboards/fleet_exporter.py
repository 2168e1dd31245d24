"""What the exporter of a fleet tells of itself, of the market and of its settings."""

import math
import random

from fleet_page import counter

LE = ["0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf"]


def exporter_values(page, miners, bare, step):
    n, times = len(page.times), page.times
    put = page.series
    noise = random.Random(5)
    put("up", {}, 1)
    put("scrape_duration_seconds", {}, [round(0.02 + 0.01 * noise.random(), 4) for _ in times])
    put("ALERTS", {"alertname": "AntminerWatchdog", "alertstate": "firing", "severity": "none"}, 1)
    put("scrape_samples_scraped", {}, 133 + 146 * miners)
    for name, value in [("hardware_error_ratio", 0.01), ("share_reject_ratio", 0.05),
                        ("restarts", 3), ("last_share_seconds", 900), ("baseline_samples", 10),
                        ("market_age_seconds", 3600)]:
        put("antminer_threshold_" + name, {}, value)
    if not bare:
        put("antminer_market_bitcoin_price", {"currency": "USD"},
            [round(98000 + 1500 * math.sin(t / 9000), 2) for t in times])
        put("antminer_market_network_difficulty", {}, 126e12)
        put("antminer_market_block_subsidy_bitcoins", {}, 3.125)
        put("antminer_market_block_fees_bitcoins", {}, 0.04)
        for source in ("price", "difficulty"):
            put("antminer_market_last_success_timestamp_seconds", {"source": source},
                [t - 200 for t in times])
        put("antminer_electricity_price_per_kilowatt_hour", {"currency": "USD"},
            [0.058 if t % 86400 < 21600 else 0.071 for t in times])
        if miners > 1:
            put("antminer_site_electricity_price_per_kilowatt_hour",
                {"site": "hall-b", "currency": "USD"}, 0.064)
    put("antminer_pool_fee_ratio", {}, 0.02)
    put("antminer_exporter_build_info",
        {"version": "0.1.0", "revision": "abc1234", "branch": "main", "compiler": "g++ 12.2.0",
         "build_date": "2026-01-01"}, 1)
    put("antminer_exporter_ready", {}, 1)
    put("antminer_exporter_config_last_reload_successful", {}, 1)
    put("antminer_exporter_config_last_reload_success_timestamp_seconds", {}, times[0] - 90000)
    put("antminer_exporter_poll_interval_seconds", {}, 30)
    put("antminer_exporter_poll_cycle_duration_seconds", {},
        [round(2.4 + 0.6 * noise.random() + miners / 200, 3) for _ in times])
    put("antminer_exporter_last_poll_cycle_timestamp_seconds", {}, [t - 3 for t in times])
    put("antminer_exporter_poll_cycles_total", {}, counter([1 / 30] * n, step))
    put("antminer_exporter_poll_cycles_skipped_total", {}, 0)
    put("antminer_exporter_polls_in_flight", {}, [noise.randint(0, min(miners, 9)) for _ in times])
    for reason in ("api", "auth", "oversize", "parse", "refused", "reset", "timeout", "unreachable"):
        put("antminer_exporter_poll_errors_total", {"reason": reason},
            counter([miners / 3000 if reason in ("timeout", "refused") else 0] * n, step))
    part = [0.1, 0.55, 0.9, 0.97, 0.99, 1, 1, 1, 1]
    polls = counter([miners / 30] * n, step)
    for le, share in zip(LE, part):
        put("antminer_exporter_poll_duration_seconds_bucket", {"le": le},
            [round(p * share) for p in polls])
    put("antminer_exporter_poll_duration_seconds_sum", {}, [round(p * 0.12, 3) for p in polls])
    put("antminer_exporter_poll_duration_seconds_count", {}, [round(p) for p in polls])
    for kind in ("bad_number", "missing_comma", "nul", "unknown_type"):
        put("antminer_exporter_parse_warnings_total", {"kind": kind},
            counter([miners / 300 if kind == "missing_comma" else 0] * n, step))
    for reason in ("boards", "fans", "miners", "pools", "sensors"):
        put("antminer_exporter_series_dropped_total", {"reason": reason}, 0)
    put("antminer_exporter_miners_limit", {}, 20000)
    for kind in ("discovered", "state_change", "reboot", "pool_change"):
        put("antminer_exporter_events_total", {"kind": kind},
            counter([miners / 36000] * n, step, miners))
    put("antminer_exporter_database_size_bytes", {"file": "main"},
        counter([miners * 3.0 + 1] * n, step, 4e7))
    put("antminer_exporter_database_size_bytes", {"file": "wal"}, 4152992)
    for table in ("rounds", "events"):
        put("antminer_exporter_database_rows_written_total", {"table": table},
            counter([miners / 30 if table == "rounds" else 0.001] * n, step))
    put("antminer_exporter_database_errors_total", {}, 0)
    put("antminer_exporter_database_last_write_timestamp_seconds", {}, [t - 6 for t in times])
    put("antminer_exporter_database_up", {}, 1)
    put("antminer_exporter_database_rounds_dropped_total", {}, 0)
    put("antminer_exporter_database_forecast_bytes", {}, 9e8)
    for handler, rate in (("/metrics", 1 / 30), ("/api/miners", 0.1), ("/", 0.01)):
        calls = counter([rate] * n, step)
        put("antminer_exporter_http_requests_total", {"handler": handler, "code": "200"}, calls)
        for le, share in zip(LE, [0.97, 0.99, 1, 1, 1, 1, 1, 1, 1]):
            put("antminer_exporter_http_request_duration_seconds_bucket",
                {"handler": handler, "le": le}, [round(c * share, 2) for c in calls])
        put("antminer_exporter_http_request_duration_seconds_sum", {"handler": handler},
            [round(c * 0.01, 4) for c in calls])
        put("antminer_exporter_http_request_duration_seconds_count", {"handler": handler}, calls)
    for source in ("both", "mdns", "restored", "static", "tcp"):
        put("antminer_discovery_miners", {"source": source}, miners if source == "tcp" else 0)
    put("antminer_discovery_addresses_scanned_total", {}, counter([254 / 300] * n, step))
    put("antminer_discovery_sweep_duration_seconds", {}, 1.8)
    put("antminer_discovery_last_success_timestamp_seconds", {"source": "tcp"},
        [t - t % 300 for t in times])
    put("antminer_discovery_failures_total", {"source": "tcp"}, 0)
    if not bare:
        sent = counter([miners / 30] * n, step)
        put("antminer_exporter_push_records_sent_total", {}, sent)
        put("antminer_exporter_push_request_failures_total", {"reason": "timeout"},
            counter([0.001] * n, step))
        put("antminer_exporter_push_records_dropped_total", {"reason": "queue_full"}, 0)
        put("antminer_exporter_push_queue_records", {}, [noise.randint(0, 40) for _ in times])
        put("antminer_exporter_push_queue_oldest_timestamp_seconds", {}, [t - 25 for t in times])
        put("antminer_exporter_push_last_success_timestamp_seconds", {}, [t - 20 for t in times])
        ended = counter([0.002] * n, step)
        put("antminer_control_commands_total", {"verb": "restart", "result": "done"}, ended)
        put("antminer_control_commands_total", {"verb": "pool", "result": "refused"}, 0)
        put("antminer_control_in_flight", {}, [noise.randint(0, 2) for _ in times])
        put("antminer_control_stopped", {}, 0)
        put("antminer_control_silences_total", {"result": "opened"}, ended)
    put("process_cpu_seconds_total", {}, counter([0.004 + miners / 10000] * n, step))
    put("process_resident_memory_bytes", {}, 2.1e7 + miners * 12000)
    put("process_virtual_memory_bytes", {}, 6.4e8)
    put("process_open_fds", {}, 17)
    put("process_max_fds", {}, 20000)
    put("process_start_time_seconds", {}, times[0] - 90000)
    put("process_threads", {}, 11)
