/* huying score: what the units' figures are, and whether they are right. */
#include "cli/score.h"

#include <string.h>

static const char score_usage[] =
    "usage: huying score show [--period MONTH] [--unit CODE] [--json]\n"
    "       huying score rebuild [--json]\n\n"
    "show      scores as last published, and what is counted so far\n"
    "rebuild   makes tallies and scores once more from the journal alone,\n"
    "          with the rules of the service, and compares them with what\n"
    "          is stored and with what was published; changes nothing\n\n"
    "  --period MONTH  the month of the period's last day, 2026-04; else the\n"
    "                  period published last, else the one under way\n"
    "  --unit CODE     one unit, with everything counted\n"
    "  --json          show: one object a unit; rebuild: one object\n"
    "  --db DSN        libpq connection string\n\n"
    "Rates are shares of the casefiles with a valid answer; the composite is\n"
    "weighted by the county's scheme.  A period named 2026-04 begins on the\n"
    "scheme's day of the month before and ends before that day of its own.\n"
    "Each casefile has one voice, its last answer in the period; callbacks\n"
    "that lapsed are in no rate; a reopening is counted apart.\n"
    "rebuild reads the journal in batches of whole casefiles: any length will\n"
    "do, a casefile of 5,000 facts will not, nor 1 GiB of publications.\n\n"
    "Exit codes: 0 told, 1 nothing to show or something differs, 2 wrong\n"
    "usage, 3 no database.\n";

int
score_failed(const struct err *e)
{
	cli_say("%s", e->text);
	return EXIT_CONNECT;
}

static int
wrong_word(const char *word)
{
	cli_say("score: no command \"%s\"; show or rebuild", word);
	return EXIT_USAGE;
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
	if (n == 0 || strcmp(word, "show") == 0)
		return score_show(&args);
	if (strcmp(word, "rebuild") != 0)
		return wrong_word(word);
	if (args.period != NULL || args.unit != NULL) {
		cli_say("score rebuild takes no period and no unit: it is of "
			"the whole journal");
		return EXIT_USAGE;
	}
	return score_rebuild(&args);
}
