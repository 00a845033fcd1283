/* Power items and the dated lists of them. */
#include "cli/pack_check.h"

#include <stdlib.h>

static bool
is_penalty(const struct row_power_item *item, const char *kind)
{
	for (size_t i = 0; i < item->penalties.n; i++)
		if (str_is(item->penalties.p[i], kind))
			return true;
	return false;
}

/* Laws are older than the clock's first year, so this is only text. */
static bool
is_date(struct str s)
{
	static const char shape[] = "dddd-dd-dd";

	if (s.n != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (shape[i] == 'd' ? s.p[i] < '0' || s.p[i] > '9'
				    : s.p[i] != shape[i])
			return false;
	return true;
}

static void
check_item(struct pack *p, size_t i)
{
	const struct row_power_item *item = pack_row(p, TABLE_power_item, i);
	bool fine = is_penalty(item, "fine");

	if (item->law_version.n > 0 && !is_date(item->law_version))
		pack_fault_at(p, TABLE_power_item, i, "law_version",
		    "law_version: must be a date such as 2021-01-22");
	if (item->fine_max_fen > 0 && item->fine_min_fen > item->fine_max_fen)
		pack_fault_at(p, TABLE_power_item, i, "fine_min_fen",
		    "fine_min_fen: above fine_max_fen");
	if (item->fine_max_fen == 0 && item->fine_min_fen > 0)
		pack_fault_at(p, TABLE_power_item, i, "fine_max_fen",
		    "fine_max_fen: a floor needs a top");
	else if (fine && item->fine_max_fen == 0 && item->fine_formula.n == 0)
		pack_fault_at(p, TABLE_power_item, i, "fine_max_fen",
		    "fine_max_fen: a fine needs a sum or a formula");
	if (item->fine_max_org_fen > 0 &&
	    item->fine_max_org_fen < item->fine_max_fen)
		pack_fault_at(p, TABLE_power_item, i, "fine_max_org_fen",
		    "fine_max_org_fen: below fine_max_fen");
	if (!fine && item->penalties.n > 0 && item->fine_max_fen > 0)
		pack_fault_at(p, TABLE_power_item, i, "penalties",
		    "penalties: there is a sum but no fine");
}

static const struct row_power_list *
list_row(const struct pack *p, size_t i)
{
	return pack_row(p, TABLE_power_list, i);
}

/* A follows B in key order: same list and item, B still runs. */
static bool
overlaps(const struct row_power_list *b, const struct row_power_list *a)
{
	return str_eq(a->list, b->list) && str_eq(a->item, b->item) &&
	       a->effective_from != b->effective_from &&
	       (b->effective_to == 0 || b->effective_to > a->effective_from);
}

void
pack_check_powers(struct pack *p)
{
	size_t *v = pack_order(p, TABLE_power_list);
	size_t n = p->tables[TABLE_power_list].n;

	for (size_t i = 0; i < p->tables[TABLE_power_item].n; i++)
		check_item(p, i);
	for (size_t i = 0; i < n; i++) {
		const struct row_power_list *row = list_row(p, i);

		if (row->effective_to != 0 &&
		    row->effective_to <= row->effective_from)
			pack_fault_at(p, TABLE_power_list, i, "effective_to",
			    "effective_to: not after effective_from");
	}
	for (size_t i = 1; i < n; i++)
		if (overlaps(list_row(p, v[i - 1]), list_row(p, v[i])))
			pack_fault_at(p, TABLE_power_list, v[i],
			    "effective_from",
			    "effective_from: the line before still runs then");
	free(v);
}
