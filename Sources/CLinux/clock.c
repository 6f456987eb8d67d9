#include "CLinux.h"

#include <sys/timex.h>

bool clinux_clock_is_synchronized(void) {
    struct timex state = {.modes = 0};
    return adjtimex(&state) != TIME_ERROR && !(state.status & STA_UNSYNC);
}
