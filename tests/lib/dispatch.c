#include "tests/lib/dispatch.h"

#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"

int
dispatch_load(void **state)
{
	*state = county_new();
	return 0;
}

int
dispatch_unload(void **state)
{
	registry_free((struct registry **)state);
	return 0;
}

int
dispatch_begin(void **state)
{
	*state = kit_new(&dispatcher_machine, *state);
	return 0;
}

int
dispatch_done(void **state)
{
	kit_free((struct kit **)state);
	return 0;
}

const struct row_attendance *
dispatch_seat(const struct kit *k, const char *id)
{
	return (const struct row_attendance *)kit_row(k, id);
}

void
dispatch_open(struct kit *k, const char *matter)
{
	int64_t promise;

	must(clock_parse(STR(PROMISE), &promise));
	kit_case(k, CASEFILE);
	kit_place(k, "330122109219");
	must(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = str_of(matter), .channel = STR("hotline"),
	    .callback = true, .place = STR("大桥头"),
	    .reporter_officer = STR("OF-GW-0325"), .finish_by = promise,
	    .pack = STR("tonglu 2026.1")));
}

bool
dispatch_sign(struct kit *k, const char *task, const char *unit)
{
	return KIT_SEND(
	    k, task_sign, .task = str_of(task), .unit = str_of(unit));
}

bool
dispatch_submit(struct kit *k, const char *task, const char *unit)
{
	return KIT_SEND(k, task_submit, .task = str_of(task),
	    .result = STR("done"), .unit = str_of(unit),
	    .officer = STR(WORKER));
}

bool
dispatch_accept(struct kit *k, const char *task, const char *unit)
{
	return KIT_SEND(k, task_accept, .task = str_of(task),
	    .unit = str_of(unit), .officer = STR(DUTY));
}

void
dispatch_handled(struct kit *k)
{
	dispatch_open(k, DITCH);
	must(dispatch_sign(k, T1, VILLAGE));
	must(dispatch_submit(k, T1, VILLAGE));
	must(dispatch_accept(k, T1, ROOM));
}

bool
dispatch_look(struct kit *k, bool ok)
{
	return KIT_SEND(k, casefile_verify, .casefile = STR(CASEFILE), .ok = ok,
	    .found = STR("water runs"), .unit = STR(ROOM),
	    .officer = STR(DUTY));
}

void
dispatch_closed(struct kit *k, const char *outcome)
{
	dispatch_handled(k);
	must(dispatch_look(k, true));
	must(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = str_of(outcome), .unit = STR(ROOM)));
}

struct str
dispatch_on_duty(const struct kit *k)
{
	static const struct str cycle[] = { { "OF-ZB-0028", 10 },
		{ "OF-ZB-0029", 10 }, { "OF-ZB-0030", 10 },
		{ "OF-ZB-0031", 10 }, { "OF-ZB-0032", 10 } };
	int64_t first;

	must(clock_parse(STR("2026-01-01T08:30:00+08:00"), &first));
	return cycle[(kit_now(k) - first) / DAY_MS % (int64_t)ARRAY_LEN(cycle)];
}

bool
dispatch_part(struct kit *k)
{
	return KIT_SEND(k, call_file_part, .call = STR(C1),
	    .result = STR("fenced in"), .unit = STR(RESCUE));
}

/* What the county's leaders are asked for, too. */
static bool
tough_call(struct kit *k, struct strs assisting)
{
	const char *call;

	if (!KIT_SEND(k, call_draft, .casefile = STR(CASEFILE),
		.class = STR("tough"), .main = STR(ECOLOGY),
		.assisting = assisting, .reason = STR("no power"), .lat = LAT,
		.lon = LON, .unit = STR(ROOM)))
		return false;
	call = strcmp(kit_state(k, C1), "drafted") == 0 ? C1 : C2;
	return KIT_SEND(k, call_approve, .call = str_of(call),
		   .unit = STR(LEADERS), .officer = STR(TOWN_HEAD)) &&
	       KIT_SEND(k, call_approve, .call = str_of(call),
		   .unit = STR(COUNTY_LEADERS), .officer = STR(COUNTY_HEAD));
}

bool
dispatch_call(struct kit *k, const char *class)
{
	static const struct str assisting[] = { { RESCUE,
	    sizeof(RESCUE) - 1 } };
	static const struct str leaders[] = {
		{ TOWN_HEAD, sizeof(TOWN_HEAD) - 1 },
		{ COUNTY_HEAD, sizeof(COUNTY_HEAD) - 1 },
	};

	if (strcmp(class, "tough") == 0)
		return tough_call(k, (struct strs){ assisting, 1 });
	return KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = str_of(class), .main = STR(ECOLOGY),
	    .assisting = { assisting, 1 }, .reason = STR("no power"),
	    .lat = LAT, .lon = LON, .approvers = { leaders, 2 },
	    .unit = STR(ROOM), .officer = dispatch_on_duty(k));
}

bool
dispatch_come(struct kit *k, const char *call, const char *unit)
{
	bool rescue = str_is(str_of(unit), RESCUE);

	return KIT_SEND(k, call_report_in, .call = str_of(call), .lat = LAT,
	    .lon = LON, .unit = str_of(unit),
	    .officer = rescue ? STR(RESCUER) : STR(ECOLOGIST));
}

void
dispatch_working(struct kit *k, const char *class)
{
	dispatch_open(k, SEWAGE);
	must(dispatch_call(k, class));
	must(dispatch_come(k, C1, ECOLOGY));
}

void
dispatch_handed_in(struct kit *k, const char *class)
{
	dispatch_working(k, class);
	must(KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
	    .unit = STR(ECOLOGY), .officer = STR(ECOLOGIST)));
}
