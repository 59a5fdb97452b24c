#include "search_command.hpp"

#include "amounts.hpp"
#include "complaint.hpp"
#include "describe.hpp"
#include "errand.hpp"
#include "json_lines.hpp"
#include "opening.hpp"
#include "printable.hpp"

#include <iostream>

namespace gnut {

namespace {

awaitable<ExitCode> search(gnutella::Peer& peer, const SearchOptions& options) {
    const Opened opened = co_await open_sessions(peer, options.peers, options.patience, to_standard_error);
    if (opened.result != ExitCode::done) {
        co_return opened.result;
    }
    gnutella::QueryRequest request;
    request.text = options.words;
    request.timeout = options.timeout;
    gnutella::Query query = peer.query(request);
    std::size_t hits = 0;
    while (true) {
        const auto [error, hit] = co_await query.async_next(as_result);
        if (error) {
            complain(error);
            co_return exit_code_of(error);
        }
        if (!hit) {
            break;
        }
        ++hits;
        // Flushed one by one: who reads this in a pipe wants each hit when it comes.
        std::cout << (options.format == Format::json_lines ? json_line(*hit) : describe(hits, *hit)) << std::endl;
    }
    if (hits == 0) {
        complain("nobody answered within " + format_duration(options.timeout) + " that they have \"" +
                 printable(options.words) + "\"; try fewer words, another peer, or a longer --timeout");
        co_return ExitCode::not_found;
    }
    co_return ExitCode::done;
}

}  // namespace

ExitCode run_search(const SearchOptions& options) {
    return run_errand([&options](gnutella::Peer& peer) { return search(peer, options); },
                      errand_settings(options.dialects, options.patience));
}

}  // namespace gnut
