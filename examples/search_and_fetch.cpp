// Joins the network through one peer, searches, and fetches the first file that is found:
//
//     search_and_fetch HOST:PORT FOLDER WORDS...
//
// The whole job is one coroutine, read from top to bottom.

#include <gnutella/gnutella.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;
using asio::use_awaitable;

namespace {

asio::awaitable<int> search_and_fetch(gnutella::Peer& peer, gnutella::Endpoint neighbour, std::string folder,
                                      std::string words) {
    co_await peer.async_start(use_awaitable);
    const gnutella::Session session = co_await peer.async_connect(neighbour, use_awaitable);
    std::cout << "connected to " << session.info().remote.to_string() << "\n";

    gnutella::Query query = peer.query(words);
    const auto hit = co_await query.async_next(use_awaitable);  // empty: the search has ended
    query.cancel();
    if (!hit) {
        std::cout << "nobody has it\n";
        co_await peer.async_stop(use_awaitable);
        co_return 1;
    }
    std::cout << "found " << hit->name << ", " << hit->size << " bytes, at " << hit->source.to_string() << "\n";

    const auto file = co_await peer.async_download(*hit, folder, use_awaitable);
    const bool verified = file.verification == gnutella::Verification::verified;
    std::cout << "saved " << file.path.string() << (verified ? ", verified\n" : ", not verifiable\n");
    co_await peer.async_stop(use_awaitable);  // BYE
    co_return 0;
}

}  // namespace

int main(int argc, char* argv[]) {
    const auto neighbour = argc >= 4 ? gnutella::Endpoint::parse(argv[1]) : std::nullopt;
    if (!neighbour) {
        std::cerr << "usage: search_and_fetch HOST:PORT FOLDER WORDS...\n";
        return 2;
    }
    std::string words;
    for (int at = 3; at < argc; ++at) {
        words += std::string(words.empty() ? "" : " ") + argv[at];
    }

    asio::io_context context;
    gnutella::Settings settings;
    settings.port = 0;                   // any free one
    settings.may_be_remembered = false;  // gone when the file is here
    gnutella::Peer peer(context.get_executor(), settings);
    int result = 3;
    asio::co_spawn(context, search_and_fetch(peer, *neighbour, argv[2], words),
                   [&](std::exception_ptr failed, int code) {
                       result = failed ? 3 : code;
                       if (failed) {
                           try {
                               std::rethrow_exception(failed);
                           } catch (const std::exception& error) {
                               std::cerr << "search_and_fetch: " << error.what() << "\n";
                           }
                           context.stop();
                       }
                   });
    context.run();
    return result;
}
