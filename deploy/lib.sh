# What deploy/start and tests/run share: saying, failing, installing packages, building.  Sourced, never run.
#
# The caller sets `root`, the checkout.  Every function ends the script with a next step when it cannot go on.

export LC_ALL=C.UTF-8   # the tools' messages and sorting are the same on every machine

heed_script=$(basename "$(dirname "$0")")/$(basename "$0")

say()  { echo "$heed_script: $*"; }
fail() { echo "$heed_script: FAILED: $*" >&2; exit 1; }

# The packages a list names for this machine, one a line.
packages_of() {
  local architecture
  architecture=$(dpkg --print-architecture)
  sed -e 's/#.*//' "$@" | awk -v here="[$architecture]" 'NF == 1 || $2 == here {print $1}'
}

is_installed() { [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_was_cut_short() {
  trap - EXIT INT TERM HUP
  echo "$heed_script: FAILED: installing packages did not finish; some may be installed and others not." >&2
  echo "$heed_script: nothing is broken for good: see the message above, then run $heed_script again and it goes on from there." >&2
  exit 1
}

# install_packages LIST...: those that are missing; touches neither apt nor the network when none is.
install_packages() {
  command -v dpkg-query >/dev/null || fail "this needs Debian 12 (or a relative of it): there is no dpkg here. Install the libraries of deploy/packages.txt by other means and run: cmake --preset release && cmake --build build/release"
  local package missing=()
  for package in $(packages_of "$@"); do
    is_installed "$package" || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then
    say "all packages are installed"
    return
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    fail "installing packages needs root. Run this as root, or ask whoever looks after this machine to type: apt-get install --no-install-recommends ${missing[*]}"
  fi
  trap install_was_cut_short EXIT INT TERM HUP
  local apt=(env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  # An earlier install that was cut short leaves packages unpacked and not set up; apt refuses to work until they are.
  if [ -n "$(dpkg --audit 2>/dev/null)" ]; then
    say "finishing an install that was cut short"
    as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a --force-confold
  fi
  as_root "${apt[@]}" update
  as_root "${apt[@]}" install --no-install-recommends "${missing[@]}"
  for package in "${missing[@]}"; do
    is_installed "$package" || { say "$package is still not installed"; exit 1; }
  done
  trap - EXIT INT TERM HUP
  say "packages are installed"
}

# The console's styles are made with npm: the one on PATH, else Debian's.
install_npm() {
  if command -v npm >/dev/null && { command -v node || command -v nodejs; } >/dev/null; then return; fi
  local list
  list=$(mktemp)
  echo npm >"$list"
  install_packages "$list"
  rm -f "$list"
  command -v npm >/dev/null || fail "npm is still not to be found; install Node.js 18 or later with npm, then run $heed_script again"
}

# At most one compiler a core, and one for every 800 MB of free memory: a build the kernel kills is slower.
jobs_that_fit() {
  local cores by_memory
  cores=$(nproc)
  by_memory=$(awk '/^MemAvailable:/ {print int($2 / 819200)}' /proc/meminfo)
  [ "${by_memory:-0}" -ge 1 ] || by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}

# build PRESET: into build/PRESET.  Ninja looks for itself whether anything changed, so this takes seconds when nothing did.
build() {
  local preset=$1 folder=$root/build/$1 known_root=""
  if [ -e "$folder" ] && [ ! -w "$folder" ]; then
    fail "build/$preset belongs to somebody else (an earlier start as root?). Run this as that user, or remove build/$preset"
  fi
  if [ -f "$folder/CMakeCache.txt" ]; then
    known_root=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$folder/CMakeCache.txt")
  fi
  if [ ! -f "$folder/build.ninja" ] || [ "$root/CMakePresets.json" -nt "$folder/CMakeCache.txt" ] || [ "$known_root" != "$root" ]; then
    say "configuring build/$preset"
    # --fresh: what a configuring that was cut short, or a checkout that moved, left behind is forgotten.
    (cd "$root" && cmake --fresh --preset "$preset") || fail "configuring did not work; the message above names what is missing"
  fi
  local jobs
  jobs=$(jobs_that_fit)
  say "building build/$preset with $jobs at a time (minutes the first time, seconds when nothing changed)"
  cmake --build "$folder" -j "$jobs" || fail "the build did not work; the first error above says why. What was built is kept: run $heed_script again once it is mended"
}
