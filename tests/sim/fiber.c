#include "tests/sim/fiber.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define ASAN_FIBERS 1
#else
#define ASAN_FIBERS 0
#endif

#define STACK ((size_t)512 * 1024)
#define GUARD ((size_t)4096)

struct fiber {
	ucontext_t here;
	ucontext_t back;
	void (*body)(void *arg);
	void *arg;
	char *stack;
	bool ended;
	void *fake;      /* AddressSanitizer's view of this stack */
	void *fake_back; /* and of the one that runs it */
	const void *back_stack;
	size_t back_size;
};

static struct fiber *self;

struct fiber *
fiber_self(void)
{
	return self;
}

/* AddressSanitizer wants to be told of every change of stacks. */
static void
leave(void **fake, const void *bottom, size_t size)
{
#if ASAN_FIBERS
	__sanitizer_start_switch_fiber(fake, bottom, size);
#else
	(void)fake;
	(void)bottom;
	(void)size;
#endif
}

static void
arrive(void *fake, const void **bottom, size_t *size)
{
#if ASAN_FIBERS
	__sanitizer_finish_switch_fiber(fake, bottom, size);
#else
	(void)fake;
	(void)bottom;
	(void)size;
#endif
}

static void
begin(void)
{
	struct fiber *f = self;

	arrive(NULL, &f->back_stack, &f->back_size);
	f->body(f->arg);
	f->ended = true;
	leave(NULL, f->back_stack, f->back_size);
	(void)setcontext(&f->back);
	never("a fiber that has ended runs on");
}

struct fiber *
fiber_new(void (*body)(void *arg), void *arg)
{
	struct fiber *f = xcalloc(1, sizeof(*f));

	f->body = body;
	f->arg = arg;
	f->stack = mmap(NULL, STACK + GUARD, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	must(f->stack != MAP_FAILED);
	must(mprotect(f->stack, GUARD, PROT_NONE) == 0);
	must(getcontext(&f->here) == 0);
	f->here.uc_stack.ss_sp = f->stack + GUARD;
	f->here.uc_stack.ss_size = STACK;
	f->here.uc_link = NULL;
	makecontext(&f->here, begin, 0);
	return f;
}

void
fiber_free(struct fiber **fp)
{
	struct fiber *f = *fp;

	if (f == NULL)
		return;
	must(f != self);
#if ASAN_FIBERS
	__asan_unpoison_memory_region(f->stack, STACK + GUARD);
#endif
	(void)munmap(f->stack, STACK + GUARD);
	free(f);
	*fp = NULL;
}

bool
fiber_run(struct fiber *f)
{
	must(self == NULL && !f->ended);
	self = f;
	leave(&f->fake_back, f->stack + GUARD, STACK);
	must(swapcontext(&f->back, &f->here) == 0);
	arrive(f->fake_back, NULL, NULL);
	self = NULL;
	return !f->ended;
}

void
fiber_wait(void)
{
	struct fiber *f = self;

	must(f != NULL);
	leave(&f->fake, f->back_stack, f->back_size);
	must(swapcontext(&f->here, &f->back) == 0);
	arrive(f->fake, &f->back_stack, &f->back_size);
}
