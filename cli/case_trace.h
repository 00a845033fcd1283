/*
 * Which event of a casefile caused which.  Linking is pure: it knows events
 * by place and id alone.
 */
#ifndef CLI_CASE_TRACE_H
#define CLI_CASE_TRACE_H

#include "cli/case.h"

#define TRACE_NONE SIZE_MAX

struct trace_node {
	size_t cause; /* index of the event; TRACE_NONE: a root */
	size_t first; /* effect, in the order of the journal */
	size_t next;  /* effect of the same cause, or next root */
	size_t depth; /* 0: a root */
};

/*
 * Links N events, sorted by seq, into NODES; the first root is returned.  An
 * event is caused by the last one before it that has the id it names; none of
 * that id among them makes it a root.
 */
size_t trace_link(
    const struct case_event *events, size_t n, struct trace_node *nodes);
/* The node behind I in the order of a walk, causes first; TRACE_NONE: end. */
size_t trace_next(const struct trace_node *nodes, size_t i);
/* "│  ├─ " before node I, "" for a root; ASCII: "|  |- ". */
void trace_put_branch(
    const struct trace_node *nodes, size_t i, bool ascii, struct buf *out);

/*
 * Adds the events that C's own name as their causes and that do not belong
 * to it, commands above all; prepare once.
 */
enum rc trace_prepare(struct db *db, struct err *e) MUST_CHECK;
enum rc trace_read_causes(struct case_file *c, struct err *e) MUST_CHECK;
void trace_print(struct case_file *c, bool json, bool ascii, struct buf *out);

#endif
