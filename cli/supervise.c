#include "cli/supervise.h"

#include "cli/cli.h"
#include "cli/lock.h"
#include "common/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Held by the supervisor for as long as it lives. */
#define LOCK "supervisor.lock"
#define STOP_MS 10000
#define RESTART_MIN_MS 100
#define RESTART_MAX_MS 5000

const char *const supervise_names[SUPERVISED] = { "bus", "intake", "dispatcher",
	"enforcement", "mediation", "scoring" };

struct child {
	const char *name;
	int instance; /* 1, 2, ... of its name */
	pid_t pid;
	int64_t started_ms;
	int64_t start_at_ms; /* when to try again */
	int64_t wait_ms;
};

struct boss {
	const char *var;
	struct child child[1 + (SUPERVISED - 1) * INSTANCES_MAX];
	int n;
};

/* One bus; N of each service, the first of each before the second. */
static void
hire(struct boss *b, int instances)
{
	b->child[b->n++] =
	    (struct child){ .name = supervise_names[0], .instance = 1 };
	for (int k = 1; k <= instances; k++)
		for (int i = 1; i < SUPERVISED; i++)
			b->child[b->n++] =
			    (struct child){ .name = supervise_names[i],
				    .instance = k };
}

/* The first instance logs to intake.log, the second to intake.2.log, ... */
static void
redirect(const char *var, const char *name, int instance)
{
	char path[PATH_MAX + 64], number[16] = "";
	int fd, null = open("/dev/null", O_RDONLY);

	if (instance > 1)
		(void)snprintf(number, sizeof(number), ".%d", instance);
	(void)snprintf(
	    path, sizeof(path), "%s/log/%s%s.log", var, name, number);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (fd < 0 || null < 0)
		_exit(3);
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	(void)close(fd);
	(void)close(null);
}

static void
write_pids(const struct boss *b)
{
	char path[PATH_MAX + 32], fresh[PATH_MAX + 32];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/pids", b->var);
	(void)snprintf(fresh, sizeof(fresh), "%s/pids.new", b->var);
	f = fopen(fresh, "w");
	if (f == NULL)
		return;
	(void)fprintf(f, "supervisor %d\n", (int)getpid());
	for (int i = 0; i < b->n; i++)
		if (b->child[i].pid > 0)
			(void)fprintf(f, "%s %d\n", b->child[i].name,
			    (int)b->child[i].pid);
	if (fclose(f) == 0)
		(void)rename(fresh, path);
}

/* Each connects under its own role; a later word of a DSN wins. */
static void
own_role(const char *name)
{
	char dsn[1024];
	const char *set = getenv("HUYING_DB");

	(void)snprintf(dsn, sizeof(dsn), "%s user=huying_%s",
	    set != NULL ? set : "dbname=huying", name);
	(void)setenv("HUYING_DB", dsn, 1);
}

/* One address for each: the port counts on, a path gets its number. */
static void
own_health(int i)
{
	char address[160];
	const char *set = getenv("HUYING_HEALTH"), *colon;

	if (set == NULL || set[0] == '\0' || strlen(set) > 128)
		return;
	colon = strrchr(set, ':');
	if (strncmp(set, "unix:", 5) == 0)
		(void)snprintf(address, sizeof(address), "%s.%d", set, i);
	else if (colon != NULL)
		(void)snprintf(address, sizeof(address), "%.*s:%ld",
		    (int)(colon - set), set, strtol(colon + 1, NULL, 10) + i);
	else
		return; /* the child complains of it */
	(void)setenv("HUYING_HEALTH", address, 1);
}

static void
start_child(struct boss *b, int i)
{
	char path[PATH_MAX];
	struct child *c = &b->child[i];
	sigset_t none;
	pid_t pid = fork();

	if (pid == 0) {
		(void)sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		/* Nobody outlives the supervisor. */
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		redirect(b->var, c->name, c->instance);
		own_role(c->name);
		own_health(i);
		/* The data lies there, too. */
		(void)setenv("HUYING_DISK", b->var, 0);
		(void)execl(cli_program(c->name, path), c->name, NULL);
		_exit(127);
	}
	c->pid = pid;
	c->started_ms = clock_mono_ms();
	c->start_at_ms = 0;
	write_pids(b);
}

/* Falls soon after its start are answered with longer waits. */
static void
plan_restart(struct child *c)
{
	int64_t lived = clock_mono_ms() - c->started_ms;

	c->pid = 0;
	c->wait_ms = lived > RESTART_MAX_MS || c->wait_ms == 0 ? RESTART_MIN_MS
		     : c->wait_ms * 2 < RESTART_MAX_MS         ? c->wait_ms * 2
							       : RESTART_MAX_MS;
	c->start_at_ms = clock_mono_ms() + c->wait_ms;
}

static void
reap(struct boss *b)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < b->n; i++)
			if (b->child[i].pid == pid)
				plan_restart(&b->child[i]);
}

static void
stop_children(struct boss *b)
{
	int64_t until = clock_mono_ms() + STOP_MS;
	size_t left = 1;

	for (int i = 0; i < b->n; i++)
		if (b->child[i].pid > 0)
			(void)kill(b->child[i].pid, SIGTERM);
	while (left > 0) {
		reap(b);
		left = 0;
		for (int i = 0; i < b->n; i++)
			left += b->child[i].pid > 0;
		if (left > 0 && clock_mono_ms() > until)
			for (int i = 0; i < b->n; i++)
				if (b->child[i].pid > 0)
					(void)kill(b->child[i].pid, SIGKILL);
		(void)usleep(20 * 1000);
	}
}

static void
supervise(struct boss *b)
{
	struct timespec tick = { 0, 50 * 1000 * 1000 };
	sigset_t set;
	siginfo_t info;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	for (;;) {
		int sig = sigtimedwait(&set, &info, &tick);

		if (sig == SIGTERM || sig == SIGINT)
			break;
		for (int i = 0; i < b->n && sig == SIGHUP; i++)
			if (b->child[i].pid > 0)
				(void)kill(b->child[i].pid, SIGHUP);
		reap(b);
		for (int i = 0; i < b->n; i++)
			if (b->child[i].pid == 0 &&
			    clock_mono_ms() >= b->child[i].start_at_ms)
				start_child(b, i);
	}
	stop_children(b);
}

bool
supervise_runs(const char *var)
{
	int lock = lock_open(var, LOCK);
	bool runs = lock >= 0 && lock_holder(lock) > 0;

	if (lock >= 0)
		(void)close(lock);
	return runs;
}

int
supervise_start(const char *var, int instances, bool *started)
{
	struct boss b = { .var = var };
	char path[PATH_MAX + 32];
	int lock = lock_open(var, LOCK);
	pid_t pid;

	(void)snprintf(path, sizeof(path), "%s/log", var);
	if (lock < 0 || (mkdir(path, 0755) != 0 && errno != EEXIST)) {
		cli_say("%s: %s", var, strerror(errno));
		return EXIT_CONNECT;
	}
	if (lock_holder(lock) > 0) {
		(void)close(lock); /* one runs already */
		return 0;
	}
	/* Settings reach the children through the environment. */
	(void)cli_conf(&(struct conf){ .db = NULL });
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)setsid();
		if (!lock_take(lock))
			_exit(0); /* somebody was faster */
		redirect(var, "supervisor", 1);
		hire(&b, instances);
		supervise(&b);
		(void)snprintf(path, sizeof(path), "%s/pids", var);
		(void)unlink(path);
		_exit(0);
	}
	(void)close(lock);
	*started = pid > 0;
	return pid > 0 ? 0 : EXIT_CONNECT;
}

bool
supervise_stop(const char *var)
{
	pid_t pid = lock_end(var, LOCK, 2 * STOP_MS);

	if (pid > 0)
		cli_say("the supervisor (process %d) does not end", (int)pid);
	return pid == 0;
}
