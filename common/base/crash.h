/*
 * Named points where a process kills itself, for make chaos.  They exist in
 * its build alone (MODE=chaos): CRASH_AT=name:n ends the process, as
 * kill -9 would, when it comes to the point NAME for the Nth time.
 */
#ifndef BASE_CRASH_H
#define BASE_CRASH_H

#ifdef HUYING_CHAOS
void crash_point(const char *name);
#else
#define crash_point(name) ((void)0)
#endif

#endif
