#include "tests/bench/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

void
report(const char *figure, const char *peer, double value, const char *unit)
{
	printf("%s%s%s %.6g %s\n", figure, peer != NULL ? "/" : "",
	    peer != NULL ? peer : "", value, unit);
}

void
report_latency(
    const char *name, const char *peer, uint64_t rate, const struct hist *h)
{
	static const struct {
		const char *name;
		double share;
	} row[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 },
		{ "max", 1 } };
	char figure[64];

	if (h->n == 0)
		die(name, "nothing was measured");
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		(void)snprintf(figure, sizeof(figure), "%s.%s@%llu", name,
		    row[i].name, (unsigned long long)rate);
		report(figure, peer, (double)hist_at(h, row[i].share) / 1000,
		    "ms");
	}
}

void
die(const char *what, const char *why)
{
	(void)fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(1);
}

void *
shared_new(size_t n)
{
	void *p = mmap(
	    NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("memory", "none");
	return p;
}
