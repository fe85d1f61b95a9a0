#include <stdint.h>
#include <stdio.h>
#include <stdbool.h>
#include <spandsp.h>
