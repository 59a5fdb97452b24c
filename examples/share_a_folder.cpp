// Shares a folder until it is told to end (Ctrl+C), and says who fetches what:
//
//     share_a_folder FOLDER [PORT]

#include <gnutella/gnutella.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <charconv>
#include <csignal>
#include <iostream>
#include <string_view>
#include <system_error>
#include <variant>

int main(int argc, char* argv[]) {
    gnutella::Settings settings;
    const std::string_view port = argc > 2 ? argv[2] : "8025";
    const auto [end, wrong] = std::from_chars(port.data(), port.data() + port.size(), settings.port);
    if (argc < 2 || wrong != std::errc() || end != port.data() + port.size()) {
        std::cerr << "usage: share_a_folder FOLDER [PORT]\n";
        return 2;
    }
    settings.shares = {argv[1]};

    boost::asio::io_context context;
    gnutella::Peer peer(context.get_executor(), settings);
    int result = 0;

    const auto subscription = peer.subscribe([](const gnutella::Event& event) {
        if (const auto* read = std::get_if<gnutella::ShareRead>(&event)) {
            std::cout << "sharing " << read->files << " files, " << read->bytes << " bytes" << std::endl;
        } else if (const auto* upload = std::get_if<gnutella::UploadProgress>(&event); upload && upload->ended) {
            std::cout << upload->to.to_string() << " fetched " << upload->name << ", " << upload->sent << " bytes"
                      << std::endl;
        }
    });

    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](gnutella::error_code cancelled, int) {
        if (!cancelled) {
            peer.async_stop([](gnutella::error_code) {});  // BYE to every neighbour
        }
    });

    peer.async_start([&](gnutella::error_code error) {
        if (error) {
            std::cerr << "share_a_folder: " << error.message() << "\n";
            result = 3;
            signals.cancel();
            return;
        }
        std::cout << "listening on " << peer.local_endpoint().to_string() << std::endl;
    });

    context.run();  // ends when there is nothing left to do
    return result;
}
