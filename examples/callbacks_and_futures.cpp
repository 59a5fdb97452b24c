// The same library without coroutines: searches with callbacks, waits for the download with a future.
//
//     callbacks_and_futures HOST:PORT FOLDER WORDS
//
// Every async_ function takes any completion token. Here the node runs on a thread of its own, and main() waits.

#include <gnutella/gnutella.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <exception>
#include <functional>
#include <future>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace asio = boost::asio;

namespace {

// Calls async_next again and again; gives all hits when the search has ended.
void collect(gnutella::Query query, std::shared_ptr<std::vector<gnutella::Hit>> hits,
             std::function<void(gnutella::error_code)> done) {
    query.async_next([=](gnutella::error_code error, std::optional<gnutella::Hit> hit) {
        if (error || !hit) {
            done(error);
            return;
        }
        std::cout << "found " << hit->name << " at " << hit->source.to_string() << "\n";
        hits->push_back(std::move(*hit));
        collect(query, hits, done);
    });
}

int run(gnutella::Peer& peer, const gnutella::Endpoint& neighbour, const char* folder, const char* words) {
    peer.async_start(asio::use_future).get();  // throws boost::system::system_error
    peer.async_connect(neighbour, asio::use_future).get();

    const auto hits = std::make_shared<std::vector<gnutella::Hit>>();
    std::promise<gnutella::error_code> ended;
    gnutella::QueryRequest request;
    request.text = words;
    request.timeout = std::chrono::seconds(2);
    collect(peer.query(request), hits, [&](gnutella::error_code error) { ended.set_value(error); });
    ended.get_future().get();

    int result = 1;
    if (!hits->empty()) {
        gnutella::DownloadRequest wanted;
        wanted.folder = folder;
        for (auto& hit : *hits) {  // all that have the same file are its sources
            if (wanted.sources.empty() || (hit.urn && hit.urn == wanted.sources.front().urn)) {
                wanted.sources.push_back(std::move(hit));
            }
        }
        const auto file = peer.async_download(std::move(wanted), asio::use_future).get();
        std::cout << "saved " << file.path.string() << "\n";
        result = 0;
    }
    peer.async_stop(asio::use_future).get();
    return result;
}

}  // namespace

int main(int argc, char* argv[]) {
    const auto neighbour = argc == 4 ? gnutella::Endpoint::parse(argv[1]) : std::nullopt;
    if (!neighbour) {
        std::cerr << "usage: callbacks_and_futures HOST:PORT FOLDER WORDS\n";
        return 2;
    }
    asio::io_context context;
    auto work = asio::make_work_guard(context);
    std::thread thread([&] { context.run(); });
    int result = 3;
    {
        gnutella::Settings settings;
        settings.port = 0;
        gnutella::Peer peer(context.get_executor(), settings);
        try {
            result = run(peer, *neighbour, argv[2], argv[3]);
        } catch (const std::exception& error) {
            std::cerr << "callbacks_and_futures: " << error.what() << "\n";
        }
    }
    work.reset();
    thread.join();
    return result;
}
