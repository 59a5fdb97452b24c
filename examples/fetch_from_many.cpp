// Asks several peers for a file, and fetches it from all who have it at once:
//
//     fetch_from_many FOLDER WORDS HOST:PORT...
//
// Started again after an interruption, it goes on from what there is.

#include <gnutella/gnutella.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

namespace asio = boost::asio;
using asio::use_awaitable;

namespace {

// The first file that is found, with all who say within the time that they have it.
asio::awaitable<std::vector<gnutella::Hit>> find_sources(gnutella::Peer& peer, std::string words) {
    gnutella::QueryRequest request;
    request.text = words;
    request.timeout = std::chrono::seconds(2);
    gnutella::Query query = peer.query(request);
    std::vector<gnutella::Hit> sources;
    while (auto hit = co_await query.async_next(use_awaitable)) {
        const bool same = sources.empty() || (hit->urn && hit->urn->same_file(*sources.front().urn));
        if (hit->urn && same) {
            sources.push_back(*hit);
        }
    }
    co_return sources;
}

void show(const gnutella::Event& event) {
    const auto* progress = std::get_if<gnutella::DownloadProgress>(&event);
    if (progress != nullptr && !progress->ended) {
        std::cerr << progress->verified << " of " << progress->size << " bytes verified, " << progress->sources
                  << " sources\n";
    }
}

asio::awaitable<void> fetch_from_many(gnutella::Peer& peer, std::string folder, std::string words,
                                      std::vector<gnutella::Endpoint> peers) {
    co_await peer.async_start(use_awaitable);
    for (const auto& each : peers) {
        co_await peer.async_connect(each, use_awaitable);
    }
    gnutella::DownloadRequest request;
    request.sources = co_await find_sources(peer, words);
    request.folder = folder;
    if (!request.sources.empty()) {
        const auto& first = request.sources.front();
        std::cout << first.name << ": " << first.size << " bytes, at " << request.sources.size() << " peers"
                  << std::endl;
    }
    const auto watching = peer.subscribe(show);
    const auto file = co_await peer.async_download(request, use_awaitable);
    std::cout << "saved " << file.path.string() << ", verified, from " << file.sources.size() << " peers\n";
    co_await peer.async_stop(use_awaitable);
}

}  // namespace

int main(int argc, char* argv[]) {
    std::vector<gnutella::Endpoint> peers;
    for (int at = 3; at < argc; ++at) {
        if (const auto peer = gnutella::Endpoint::parse(argv[at])) {
            peers.push_back(*peer);
        }
    }
    if (peers.empty()) {
        std::cerr << "usage: fetch_from_many FOLDER WORDS HOST:PORT...\n";
        return 2;
    }
    asio::io_context context;
    gnutella::Settings settings;
    settings.port = 0;                   // any free one
    settings.may_be_remembered = false;  // gone when the file is here
    gnutella::Peer peer(context.get_executor(), settings);
    int result = 0;
    asio::co_spawn(context, fetch_from_many(peer, argv[1], argv[2], peers), [&](std::exception_ptr failed) {
        try {
            if (failed) {
                std::rethrow_exception(failed);
            }
        } catch (const std::exception& error) {
            std::cerr << "fetch_from_many: " << error.what() << "\n";
            result = 3;
            context.stop();
        }
    });
    context.run();
    return result;
}
