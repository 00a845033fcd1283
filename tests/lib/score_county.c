#include "tests/lib/score_county.h"

const struct score_rule score_huairou = { 10, 50, 40, 900, 19, "no_data" };

static void
add_unit(
    struct registry *r, struct str code, const char *kind, const char *division)
{
	struct row_unit u = { .code = code,
		.name_zh = code,
		.name_en = code,
		.kind = str_of(kind),
		.division = str_of(division) };

	registry_add(
	    r, TABLE_unit, &u, score_time("2026-01-01T00:00+08:00"), INT64_MAX);
}

struct registry *
score_county(const struct score_rule *rule)
{
	struct registry *r = registry_new();
	struct row_score_scheme scheme = {
		.code = STR("test"),
		.title_zh = STR("test"),
		.response = rule->response,
		.resolution = rule->resolution,
		.satisfaction = rule->satisfaction,
		.basic_permille = rule->basic_permille,
		.period_start_day = rule->start_day,
		.without_callbacks = str_of(rule->without),
	};
	struct row_division county = { .code = STR("330122"),
		.name_zh = STR("Tonglu"),
		.kind = STR("county") };

	registry_add(r, TABLE_division, &county,
	    score_time("2026-01-01T00:00+08:00"), INT64_MAX);
	registry_add(r, TABLE_score_scheme, &scheme,
	    score_time("2026-01-01T00:00+08:00"), INT64_MAX);
	add_unit(r, STR("330122-D-KPB"), "department", "330122");
	add_unit(r, STR("330122-D-SCJ"), "department", "330122");
	add_unit(r, STR("330122109-T"), "enforcement_team", "330122109");
	add_unit(r, STR("330122102-T"), "enforcement_team", "330122102");
	for (int i = 1; i <= 8; i++)
		add_unit(r,
		    arena_printf(registry_arena(r), "33012210900%d-V", i),
		    "village_committee", "330122109001");
	registry_seal(r, STR("test 1"));
	return r;
}

void
score_fold_init(struct score_fold *f, const struct registry *r)
{
	*f = (struct score_fold){ .registry = r };
	f->arena = arena_new((size_t)512 << 20);
	decision_init(&f->last);
}

void
score_fold_fini(struct score_fold *f)
{
	arena_free(&f->arena);
}

static struct folder *
folder_of(struct score_fold *f, struct str casefile)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->folders[i].casefile, casefile))
			return &f->folders[i];
	must(f->n < SCORE_FOLDERS_MAX);
	f->folders[f->n].casefile = casefile;
	return &f->folders[f->n++];
}

void
score_fold_apply(struct score_fold *f, const struct score_fact *fact)
{
	struct msg_envelope env = {
		.id = STR("fact"),
		.source = STR("/test"),
		.type = str_of(fact->desc->type),
		.subject = str_of(fact->casefile),
		.division = STR("330122109"),
		.time = fact->at,
	};
	struct step s = {
		.registry = f->registry,
		.env = &env,
		.desc = fact->desc,
		.msg = fact->msg,
		.at = fact->at,
		.seq = fact->seq,
		.folder = folder_of(f, env.subject),
		.decision = &f->last,
		.arena = f->arena,
	};

	decision_init(&f->last);
	(void)machine_apply(&scoring_machine, &s);
}

struct score_basis
score_fold_counts(struct score_fold *f, const char *name, int64_t before)
{
	struct counting c = { .n = 0 };
	struct row_count *v;
	struct period p;

	must(scoring_period(f->registry, str_of(name), &p) == PERIOD_OK);
	for (size_t i = 0; i < f->n; i++)
		must(scoring_count(&c, &f->folders[i], &p, before, f->arena));
	v = arena_alloc(f->arena, (c.n + 1) * sizeof(*v));
	must(v != NULL);
	for (size_t i = 0; i < c.n; i++)
		v[i] = c.v[i].count;
	return (struct score_basis){ .counts = v, .n = c.n };
}

struct row_count
score_count_of(const struct score_basis *b, const char *unit)
{
	for (size_t i = 0; i < b->n; i++)
		if (str_is(b->counts[i].unit, unit))
			return b->counts[i];
	return (struct row_count){ .unit = str_of(unit) };
}

int64_t
score_time(const char *text)
{
	int64_t at;

	must(clock_parse(str_of(text), &at));
	return at;
}
