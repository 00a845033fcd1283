#include "common/health/metric.h"

#include "common/base/version.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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
	if (label == NULL)
		return;
	buf_printf(out, "{%s=\"", label);
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			buf_char(out, '\\');
		buf_char(out, *value == '\n' ? ' ' : *value);
	}
	buf_z(out, "\"}");
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
metric_one(struct buf *out, const char *name, enum metric_kind kind,
    const char *help, int64_t n)
{
	metric_family(out, name, kind, help);
	metric_i64(out, name, NULL, NULL, n);
}

void
metric_one_milli(struct buf *out, const char *name, const char *help, int64_t n)
{
	metric_family(out, name, METRIC_GAUGE, help);
	metric_milli(out, name, NULL, NULL, n);
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

void
metric_word(struct metric_words *w, const char *word, int64_t n)
{
	size_t i = 0;

	while (i < w->n_rows && strcmp(w->row[i].word, word) != 0)
		i++;
	/* The last place is that of all others. */
	if (i == w->n_rows && i == METRIC_WORDS - 1)
		word = "other";
	if (i == w->n_rows && i < METRIC_WORDS) {
		(void)snprintf(w->row[i].word, METRIC_WORD, "%s", word);
		w->n_rows++;
	}
	w->row[i < METRIC_WORDS ? i : METRIC_WORDS - 1].n += n;
}

void
metric_words(struct buf *out, const char *name, const char *help,
    const char *label, const struct metric_words *w)
{
	metric_family(out, name, METRIC_COUNTER, help);
	for (size_t i = 0; i < w->n_rows; i++)
		metric_i64(out, name, label, w->row[i].word, w->row[i].n);
}

void
metric_database_error(struct metric_words *w, const char *why)
{
	char state[6] = "";
	size_t n = strspn(why, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (n == 5 && why[5] == ':')
		(void)snprintf(state, sizeof(state), "%.5s", why);
	metric_word(w, state[0] != '\0' ? state : "lost", 1);
}

void
metric_database(struct buf *out, bool up, const struct metric_words *errors)
{
	metric_one(out, "huying_database_up", METRIC_GAUGE,
	    "Whether the database can be asked: 1 or 0.", up);
	metric_words(out, "huying_database_errors_total",
	    "What the database said no with; lost: the connection was.",
	    "sqlstate", errors);
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

static int64_t
max_fds(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (int64_t)limit.rlim_cur
						     : 0;
}

static int64_t
cpu_ms(void)
{
	struct rusage use;

	if (getrusage(RUSAGE_SELF, &use) != 0)
		return 0;
	return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000 +
	       (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000;
}

void
metric_process(struct buf *out, const char *service, int64_t started_ms)
{
	static const char cpu[] = "process_cpu_seconds_total";

	metric_family(out, "huying_build_info", METRIC_GAUGE,
	    "The process that is asked, always 1.");
	buf_printf(out,
	    "huying_build_info{service=\"%s\",version=\"" VERSION "\"} 1\n",
	    service);
	metric_one(out, "process_resident_memory_bytes", METRIC_GAUGE,
	    "Memory in use.", resident_bytes());
	metric_one(out, "process_open_fds", METRIC_GAUGE,
	    "Open file descriptors.", open_fds());
	metric_one(out, "process_max_fds", METRIC_GAUGE,
	    "Descriptors that it may have open.", max_fds());
	metric_family(out, cpu, METRIC_COUNTER, "Processor time used.");
	metric_milli(out, cpu, NULL, NULL, cpu_ms());
	metric_one_milli(out, "process_start_time_seconds",
	    "When it was started, in Unix time.", started_ms);
}
