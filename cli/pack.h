/* `huying pack`: what a county knows, checked and loaded. */
#ifndef CLI_PACK_H
#define CLI_PACK_H

/*
 * ARGV[0] is "pack".  Exit codes: 0 done, 1 the pack has faults or may not
 * be loaded, 2 usage, 3 cannot read the files or reach the database.
 */
int cmd_pack(int argc, char **argv);

#endif
