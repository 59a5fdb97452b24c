#pragma once

namespace gnut {

/// What `gnut` tells the program that called it; gnut(1), EXIT STATUS.
enum class ExitCode {
    done = 0,
    not_found = 1,    ///< nobody has it, nobody answered in time, or a file is not what it should be
    wrong_usage = 2,  ///< the command line or the configuration file cannot be understood
    failed = 3,       ///< the network or a disk
};

}  // namespace gnut
