/* huying score: what the units' figures are. */
#include "cli/score.h"

#include <string.h>

static const char score_usage[] =
    "usage: huying score show [--period MONTH] [--unit CODE] [--json]\n"
    "\n"
    "Scores as last published, and what is counted so far.  Whether they\n"
    "follow from the journal: huying replay scoring.\n\n"
    "  --period MONTH  the month of the period's last day, 2026-04; else the\n"
    "                  period published last, else the one under way\n"
    "  --unit CODE     one unit, with everything counted\n"
    "  --json          one object a unit\n"
    "  --db DSN        libpq connection string\n\n"
    "Rates are shares of the casefiles with a valid answer; the composite is\n"
    "weighted by the county's scheme.  A period named 2026-04 begins on the\n"
    "scheme's day of the month before and ends before that day of its own.\n"
    "Each casefile has one voice, its last answer in the period; callbacks\n"
    "that lapsed are in no rate; a reopening is counted apart.\n\n"
    "Exit codes: 0 told, 1 nothing to show, 2 wrong usage, 3 no database.\n";

int
score_failed(const struct err *e)
{
	cli_say("%s", e->text);
	return EXIT_CONNECT;
}

int
cmd_score(int argc, char **argv)
{
	struct score_args args = { .json = false };
	const char *word = NULL;
	const struct option_row rows[] = {
		{ "--db", &args.db, NULL },
		{ "--period", &args.period, NULL },
		{ "--unit", &args.unit, NULL },
		{ "--json", NULL, &args.json },
	};
	const struct options o = { score_usage, rows, ARRAY_LEN(rows), &word,
		1 };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0)
		return code;
	if (n > 0 && strcmp(word, "show") != 0) {
		cli_say("score: no command \"%s\"; show", word);
		return EXIT_USAGE;
	}
	return score_show(&args);
}
