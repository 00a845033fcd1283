#include "tests/lib/holidays.h"

#include <stdio.h>

static const struct span {
	const char *from;
	const char *to;
	bool off;
	const char *name;
} spans[] = {
	/* clang-format off */
	{ "2024-01-01", "2024-01-01", true,  "元旦" },
	{ "2024-02-04", "2024-02-04", false, "春节" },
	{ "2024-02-10", "2024-02-17", true,  "春节" },
	{ "2024-02-18", "2024-02-18", false, "春节" },
	{ "2024-04-04", "2024-04-06", true,  "清明节" },
	{ "2024-04-07", "2024-04-07", false, "清明节" },
	{ "2024-04-28", "2024-04-28", false, "劳动节" },
	{ "2024-05-01", "2024-05-05", true,  "劳动节" },
	{ "2024-05-11", "2024-05-11", false, "劳动节" },
	{ "2024-06-10", "2024-06-10", true,  "端午节" },
	{ "2024-09-14", "2024-09-14", false, "中秋节" },
	{ "2024-09-15", "2024-09-17", true,  "中秋节" },
	{ "2024-09-29", "2024-09-29", false, "国庆节" },
	{ "2024-10-01", "2024-10-07", true,  "国庆节" },
	{ "2024-10-12", "2024-10-12", false, "国庆节" },
	{ "2025-01-01", "2025-01-01", true,  "元旦" },
	{ "2025-01-26", "2025-01-26", false, "春节" },
	{ "2025-01-28", "2025-02-04", true,  "春节" },
	{ "2025-02-08", "2025-02-08", false, "春节" },
	{ "2025-04-04", "2025-04-06", true,  "清明节" },
	{ "2025-04-27", "2025-04-27", false, "劳动节" },
	{ "2025-05-01", "2025-05-05", true,  "劳动节" },
	{ "2025-05-31", "2025-06-02", true,  "端午节" },
	{ "2025-09-28", "2025-09-28", false, "国庆节、中秋节" },
	{ "2025-10-01", "2025-10-08", true,  "国庆节、中秋节" },
	{ "2025-10-11", "2025-10-11", false, "国庆节、中秋节" },
	{ "2026-01-01", "2026-01-03", true,  "元旦" },
	{ "2026-01-04", "2026-01-04", false, "元旦" },
	{ "2026-02-14", "2026-02-14", false, "春节" },
	{ "2026-02-15", "2026-02-23", true,  "春节" },
	{ "2026-02-28", "2026-02-28", false, "春节" },
	{ "2026-04-04", "2026-04-06", true,  "清明节" },
	{ "2026-05-01", "2026-05-05", true,  "劳动节" },
	{ "2026-05-09", "2026-05-09", false, "劳动节" },
	{ "2026-06-19", "2026-06-21", true,  "端午节" },
	{ "2026-09-20", "2026-09-20", false, "国庆节" },
	{ "2026-09-25", "2026-09-27", true,  "中秋节" },
	{ "2026-10-01", "2026-10-07", true,  "国庆节" },
	{ "2026-10-10", "2026-10-10", false, "国庆节" },
	/* clang-format on */
};

int64_t
day_of(const char *date)
{
	int64_t day = 0;

	must(clock_parse_date(str_of(date), &day));
	return day;
}

int64_t
instant(const char *text)
{
	static const char *const ends[] = { "", "+08:00", "T00:00+08:00" };
	char whole[64];
	int64_t at;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		(void)snprintf(whole, sizeof(whole), "%s%s", text, ends[i]);
		if (clock_parse(str_of(whole), &at))
			return at;
	}
	never("not an instant");
}

const struct calendar *
holidays(void)
{
	static struct calendar_day days[128];
	static struct calendar c = { .days = days };

	if (c.n > 0)
		return &c;
	for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
		int64_t to = day_of(spans[i].to);

		for (int64_t d = day_of(spans[i].from); d <= to; d++) {
			must(c.n < ARRAY_LEN(days));
			days[c.n++] = (struct calendar_day){ d, spans[i].off,
				str_of(spans[i].name) };
		}
	}
	c.last_day = day_of("2026-12-31");
	return &c;
}
