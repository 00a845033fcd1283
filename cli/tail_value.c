#include "cli/tail_value.h"

#include "common/msg/wire.h"

static struct tail_value
as_text(struct str s)
{
	return (struct tail_value){ s, s.n > 0, true };
}

static struct tail_value
as_number(const struct tail_asked *a, int64_t v)
{
	buf_printf(a->room, "%lld", (long long)v);
	return (struct tail_value){ buf_get(a->room), true, false };
}

static struct tail_value
seq_of(const struct tail_asked *a)
{
	return as_number(a, a->ev->seq);
}

static struct tail_value
epoch_of(const struct tail_asked *a)
{
	return as_number(a, a->ev->epoch);
}

static struct tail_value
time_of(const struct tail_asked *a)
{
	print_time(a->clock, a->ev->at, a->room);
	return as_text(buf_get(a->room));
}

static struct tail_value
topic_of(const struct tail_asked *a)
{
	char text[TOPIC_MAX];

	if (a->ev->readable)
		buf_str(a->room,
		    envelope_topic(a->ev->env.type, a->ev->env.division, text));
	return as_text(buf_get(a->room));
}

static struct tail_value
mark_of(const struct tail_asked *a)
{
	return as_text(a->ev->late ? STR("~") : STR(""));
}

static struct tail_value
fault_of(const struct tail_asked *a)
{
	return as_text(str_of(a->ev->why));
}

static struct tail_value
attribute_of(const struct tail_asked *a)
{
	const struct msg_field *f = msg_field(&msg_envelope_desc,
	    str_is(a->name, "case") ? STR("subject") : a->name);

	must(f != NULL && f->type == WIRE_str);
	return as_text(*(const struct str *)msg_at(f, &a->ev->env));
}

/* data, data.unit, data.a.b: down through maps. */
static struct tail_value
data_of(const struct tail_asked *a)
{
	struct str at = a->ev->env.data, rest = a->name, key;
	struct wire_item item;

	(void)str_next(&rest, '.', &key); /* "data" */
	while (at.n > 0 && str_next(&rest, '.', &key)) {
		struct str head = at;

		wire_read(&head, &item);
		at = item.kind == KIND_MAP ? wire_find(at, key)
					   : (struct str){ NULL, 0 };
	}
	if (at.n == 0)
		return (struct tail_value){ .there = false };
	rest = at;
	wire_read(&rest, &item);
	if (item.kind == KIND_STR)
		return as_text(item.s);
	wire_json(at, a->room);
	return (struct tail_value){ buf_get(a->room), item.kind != KIND_NIL,
		false };
}

static const struct field {
	const char *name;
	struct tail_value (*get)(const struct tail_asked *a);
} fields[] = {
	{ "seq", seq_of },
	{ "epoch", epoch_of },
	{ "time", time_of },
	{ "topic", topic_of },
	{ "type", attribute_of },
	{ "case", attribute_of },
	{ "division", attribute_of },
	{ "source", attribute_of },
	{ "id", attribute_of },
	{ "correlationid", attribute_of },
	{ "causationid", attribute_of },
	{ "data", data_of },
	{ "mark", mark_of },
	{ "fault", fault_of },
};

static const struct field *
find(struct str whole)
{
	struct str name = str_cut(whole, 0, str_find(whole, '.'));

	if (name.n < whole.n && !str_is(name, "data"))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (str_is(name, fields[i].name))
			return &fields[i];
	return NULL;
}

bool
tail_value_known(struct str name)
{
	return find(name) != NULL;
}

struct tail_value
tail_value(const struct tail_asked *a)
{
	const struct field *f = find(a->name);

	must(f != NULL);
	return f->get(a);
}
