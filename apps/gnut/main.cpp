#include "browse_command.hpp"
#include "command_line.hpp"
#include "complaint.hpp"
#include "get_command.hpp"
#include "hash_command.hpp"
#include "peer_command.hpp"
#include "ping_command.hpp"
#include "printable.hpp"
#include "search_command.hpp"
#include "usage_error.hpp"
#include "verify_command.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <clocale>
#include <exception>
#include <iostream>

namespace gnut {

namespace {

/// A socket must not become standard output because the caller closed that. What stands in is opened the wrong way
/// round: to read from it or write to it fails, as it would where there is nothing.
void open_standard_streams() {
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) == -1) {
            const int direction = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
            [[maybe_unused]] const int opened = ::open("/dev/null", direction);
        }
    }
}

struct Run {
    ExitCode operator()(const PeerOptions& options) const { return run_peer(options); }
    ExitCode operator()(const SearchOptions& options) const { return run_search(options); }
    ExitCode operator()(const GetOptions& options) const { return run_get(options); }
    ExitCode operator()(const PingOptions& options) const { return run_ping(options); }
    ExitCode operator()(const BrowseOptions& options) const { return run_browse(options); }
    ExitCode operator()(const HashOptions& options) const { return run_hash(options); }
    ExitCode operator()(const VerifyOptions& options) const { return run_verify(options); }
    ExitCode operator()(const TextWanted& wanted) const {
        std::cout << wanted.text;
        return ExitCode::done;
    }
};

ExitCode run(std::span<const std::string> arguments) {
    try {
        const ExitCode result = std::visit(Run{}, parse_command_line(arguments, user_folders()));
        if (!std::cout.flush() && result == ExitCode::done) {
            complain("standard output cannot be written; check what it goes to");
            return ExitCode::failed;
        }
        return result;
    } catch (const UsageError& error) {
        complain(error.what());
        return ExitCode::wrong_usage;
    } catch (const std::exception& error) {
        complain(printable(error.what()));
        return ExitCode::failed;
    }
}

}  // namespace

}  // namespace gnut

int main(int argc, char** argv) {
    gnut::open_standard_streams();
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
    if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
        std::setlocale(LC_CTYPE, "C.UTF-8");  // file names are UTF-8, whatever a bare system says
    }
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return static_cast<int>(gnut::run(arguments));
}
