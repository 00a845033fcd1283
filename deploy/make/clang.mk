# The release flags for the other compiler, which wants no zero-init.
CC     := clang
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
          -fstack-clash-protection -fcf-protection=full
