// A node with our limits on a neighbour's queries lifted: what stands between the two sockets of relay_driver.

#include <gnutella/gnutella.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <iostream>
#include <limits>

int main() {
    boost::asio::io_context context(1);  // one thread, as the peer that it is compared with
    gnutella::Settings settings;
    settings.port = 0;
    settings.address = "127.0.0.1";
    settings.queries_per_second = settings.query_burst = 1'000'000'000;
    gnutella::Peer peer(context.get_executor(), settings);

    int exit_code = 0;
    peer.async_start([&](const gnutella::error_code& error) {
        if (error) {
            std::cerr << "relay_node: " << error.message() << '\n';
            exit_code = 1;
            context.stop();
            return;
        }
        std::cout << "listening on " << peer.local_endpoint().to_string() << std::endl;
    });
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](const gnutella::error_code&, int) {
        peer.async_stop([&](const gnutella::error_code&) { context.stop(); });
    });
    context.run();
    return exit_code;
}
