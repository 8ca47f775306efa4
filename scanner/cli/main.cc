#include <cstdio>

int main() {
  std::puts("privet " PRIVET_VERSION);
  return 0;
}
