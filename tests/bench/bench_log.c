/*
 * Replay through the log endpoint: one reader, from the first event on, up
 * to COUNT of them.
 *
 *   bench_log COUNT
 */
#include "common/bus/log.h"
#include "tests/bench/bus.h"
#include "tests/bench/report.h"

#include <stdlib.h>

int
main(int argc, char **argv)
{
	struct log_options options = { .from_head = false };
	struct log_reader *r = NULL;
	struct log_event ev;
	long want = argc == 2 ? atol(argv[1]) : 0, n = 0;
	int64_t began = clock_mono_us();
	struct err e;

	if (want <= 0)
		return 2;
	if (log_open(&r, bus_conf()->log, &options, &e) != RC_OK)
		die("log", e.text);
	while (n < want && !log_ended(r))
		if (log_next(r, 5000, &ev, &e) == RC_OK)
			n++;
		else if (!log_ended(r))
			die("replay", e.text);
	report("log.replay", NULL,
	    (double)n * 1e6 / (double)(clock_mono_us() - began), "events/s");
	log_reader_close(&r);
	return 0;
}
