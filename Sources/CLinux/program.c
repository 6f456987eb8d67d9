#include "CLinux.h"

#include <dlfcn.h>
#include <stddef.h>

const char *clinux_library_of(const char *function) {
    Dl_info found;
    void *address = dlsym(RTLD_DEFAULT, function);
    return address && dladdr(address, &found) ? found.dli_fname : NULL;
}
