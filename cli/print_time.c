#include "cli/print_time.h"

#include "cli/when.h"

void
print_time_iso(struct buf *out, int64_t at, bool utc)
{
	int64_t shown = utc ? at - ZONE_MS : at;
	int64_t ms = shown % SECOND_MS;
	char text[CLOCK_TEXT];

	if (ms < 0)
		ms += SECOND_MS;
	/* Cut to the second, it has no fraction: "....T09:30:07+08:00". */
	(void)clock_format(shown - ms, text);
	buf_put(out, text, strlen(text) - (sizeof("+08:00") - 1));
	buf_printf(out, ".%03d%s", (int)ms, utc ? "Z" : "+08:00");
}

static void
put_delta(struct buf *out, int64_t ms)
{
	int64_t size = ms < 0 ? -ms : ms;

	buf_printf(out, "%c%lld.%03d", ms < 0 ? '-' : '+',
	    (long long)(size / SECOND_MS), (int)(size % SECOND_MS));
}

void
print_time(const struct print_clock *c, int64_t at, struct buf *out)
{
	switch (c->how) {
	case TIME_ABS:
		print_time_iso(out, at, c->utc);
		break;
	case TIME_REL:
		when_put_span(out, c->now - at);
		buf_z(out, " ago");
		break;
	case TIME_DELTA:
		put_delta(out, c->before != 0 ? at - c->before : 0);
		break;
	case TIME_NONE:
		break;
	}
}
