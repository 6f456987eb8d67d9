#ifndef LATHE_CLINUX_H
#define LATHE_CLINUX_H
#endif
