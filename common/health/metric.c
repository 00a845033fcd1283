#include "common/health/metric.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static const int64_t bounds_ms[METRIC_BUCKETS] = { 1, 2, 5, 10, 20, 50, 100,
	200, 500, 1000, 2000, 5000 };

void
metric_family(
    struct buf *out, const char *name, enum metric_kind kind, const char *help)
{
	static const char *const kinds[] = { "counter", "gauge", "histogram" };

	buf_printf(
	    out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kinds[kind]);
}

static void
put_name(
    struct buf *out, const char *name, const char *label, const char *value)
{
	buf_z(out, name);
	/* Labels are words of ours: nothing in them wants escaping. */
	if (label != NULL)
		buf_printf(out, "{%s=\"%s\"}", label, value);
}

void
metric_i64(struct buf *out, const char *name, const char *label,
    const char *value, int64_t n)
{
	put_name(out, name, label, value);
	buf_printf(out, " %lld\n", (long long)n);
}

void
metric_milli(struct buf *out, const char *name, const char *label,
    const char *value, int64_t n)
{
	put_name(out, name, label, value);
	buf_printf(out, " %lld.%03lld\n", (long long)(n / 1000),
	    (long long)(n % 1000));
}

void
metric_took(struct metric_times *t, int64_t ms)
{
	size_t i = 0;

	while (i < METRIC_BUCKETS && ms > bounds_ms[i])
		i++;
	t->n[i]++;
	t->sum_ms += ms;
}

void
metric_times(struct buf *out, const char *name, const char *help,
    const struct metric_times *t)
{
	int64_t n = 0;

	metric_family(out, name, METRIC_HISTOGRAM, help);
	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		n += t->n[i];
		buf_printf(out, "%s_bucket{le=\"%lld.%03lld\"} %lld\n", name,
		    (long long)(bounds_ms[i] / 1000),
		    (long long)(bounds_ms[i] % 1000), (long long)n);
	}
	n += t->n[METRIC_BUCKETS];
	buf_printf(out, "%s_bucket{le=\"+Inf\"} %lld\n", name, (long long)n);
	buf_printf(out, "%s_sum %lld.%03lld\n%s_count %lld\n", name,
	    (long long)(t->sum_ms / 1000), (long long)(t->sum_ms % 1000), name,
	    (long long)n);
}

static int64_t
resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	char line[128] = "", *second;

	if (f == NULL)
		return 0;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	(void)fclose(f);
	second = strchr(line, ' ');
	return second == NULL
		   ? 0
		   : strtoll(second, NULL, 10) * sysconf(_SC_PAGESIZE);
}

static int64_t
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int64_t n = 0;

	if (d == NULL)
		return 0;
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n - 3; /* ".", "..", and the one that reads them */
}

void
metric_process(struct buf *out, const char *service)
{
	struct rusage use;
	int64_t ms = 0;

	if (getrusage(RUSAGE_SELF, &use) == 0)
		ms = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000 +
		     (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000;
	metric_family(out, "huying_build_info", METRIC_GAUGE,
	    "The process that is asked, always 1.");
	metric_i64(out, "huying_build_info", "service", service, 1);
	metric_family(out, "process_resident_memory_bytes", METRIC_GAUGE,
	    "Memory in use.");
	metric_i64(
	    out, "process_resident_memory_bytes", NULL, NULL, resident_bytes());
	metric_family(
	    out, "process_open_fds", METRIC_GAUGE, "Open file descriptors.");
	metric_i64(out, "process_open_fds", NULL, NULL, open_fds());
	metric_family(out, "process_cpu_seconds_total", METRIC_COUNTER,
	    "Processor time used.");
	metric_milli(out, "process_cpu_seconds_total", NULL, NULL, ms);
}
