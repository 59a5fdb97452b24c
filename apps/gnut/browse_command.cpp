#include "browse_command.hpp"

#include "complaint.hpp"
#include "describe.hpp"
#include "errand.hpp"
#include "json_lines.hpp"
#include "printable.hpp"

#include <iostream>

namespace gnut {

namespace {

awaitable<ExitCode> browse(gnutella::Peer& peer, const BrowseOptions& options) {
    gnutella::Query list = peer.browse(options.peer);
    std::size_t files = 0;
    while (std::cout) {  // who reads this in a pipe may have had enough
        const auto [error, hit] = co_await list.async_next(as_result);
        if (error == gnutella::Error::source_timed_out && files == 0) {
            complain(printable(options.peer.to_string()) +
                     ": the peer does not answer; it may be one that does not show its files: search for them instead");
            co_return ExitCode::not_found;
        }
        if (error) {
            complain(options.peer.to_string(), error);
            co_return exit_code_of(error);
        }
        if (!hit) {
            break;
        }
        ++files;
        std::cout << (options.format == Format::json_lines ? json_line(*hit) : describe(files, *hit)) << '\n';
    }
    if (files == 0) {
        complain("the peer shares no files");
        co_return ExitCode::not_found;
    }
    co_return ExitCode::done;
}

}  // namespace

ExitCode run_browse(const BrowseOptions& options) {
    return run_errand([&options](gnutella::Peer& peer) { return browse(peer, options); },
                      errand_settings(all_dialects));
}

}  // namespace gnut
