// Joins the network through one peer and prints what goes by, until it is told to end (Ctrl+C):
//
//     watch_the_network HOST:PORT
//
// Each kind of event is a plain struct in one variant, so that the compiler tells when one is forgotten.

#include <gnutella/gnutella.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <iostream>
#include <variant>

namespace {

struct Printer {
    void operator()(const gnutella::SessionOpened& opened) const {
        std::cout << "session with " << opened.session.remote.to_string() << " is open ("
                  << (opened.session.legacy ? "a legacy peer" : opened.session.agent) << ")" << std::endl;
    }
    void operator()(const gnutella::SessionClosed& closed) const {
        std::cout << "session with " << closed.session.remote.to_string() << " has ended: " << closed.reason.message()
                  << std::endl;
    }
    void operator()(const gnutella::JoinFailed& failed) const {
        std::cout << "cannot join " << failed.neighbour.to_string() << ": " << failed.reason.message() << std::endl;
    }
    void operator()(const gnutella::ConnectFailed& failed) const {
        std::cout << "cannot connect to " << failed.peer.to_string() << ": " << failed.reason.message() << std::endl;
    }
    void operator()(const gnutella::QuerySeen& query) const {
        std::cout << "somebody searches for '" << (query.urn ? query.urn->to_string() : query.text) << "'" << std::endl;
    }
    void operator()(const gnutella::HitReceived& received) const {
        std::cout << "hit: " << received.hit.name << " at " << received.hit.source.to_string() << std::endl;
    }
    void operator()(const gnutella::UploadProgress& upload) const {
        std::cout << "upload of " << upload.name << ": " << upload.sent << " of " << upload.size << std::endl;
    }
    void operator()(const gnutella::DownloadProgress& download) const {
        std::cout << "download of " << download.name << ": " << download.received << " of " << download.size
                  << std::endl;
    }
    void operator()(const gnutella::SourceFailed& failed) const {
        std::cout << "download of " << failed.name << ": " << failed.source.to_string() << ": "
                  << failed.error.message() << std::endl;
    }
    void operator()(const gnutella::ShareRead& read) const {
        std::cout << read.folder.string() << " has been read: " << read.files << " files" << std::endl;
    }
    void operator()(const gnutella::Trouble& trouble) const {
        std::cout << trouble.subject << ": " << trouble.error.message() << std::endl;
    }
};

}  // namespace

int main(int argc, char* argv[]) {
    const auto neighbour = argc == 2 ? gnutella::Endpoint::parse(argv[1]) : std::nullopt;
    if (!neighbour) {
        std::cerr << "usage: watch_the_network HOST:PORT\n";
        return 2;
    }
    boost::asio::io_context context;
    gnutella::Settings settings;
    settings.port = 0;
    settings.neighbours = {*neighbour};  // joined at the start, and again whenever it is lost
    gnutella::Peer peer(context.get_executor(), settings);

    const auto subscription = peer.subscribe([](const gnutella::Event& event) { std::visit(Printer{}, event); });

    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](gnutella::error_code cancelled, int) {
        if (!cancelled) {
            peer.async_stop([](gnutella::error_code) {});
        }
    });
    int result = 0;
    peer.async_start([&](gnutella::error_code error) {
        if (error) {
            std::cerr << "watch_the_network: " << error.message() << "\n";
            result = 1;
            context.stop();
        }
    });
    context.run();
    return result;
}
