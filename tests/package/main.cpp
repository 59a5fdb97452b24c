#include <gnutella/gnutella.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>

int main() {
    boost::asio::io_context context;
    const gnutella::Peer peer(context.get_executor());
    std::cout << "libgnutella " << gnutella::version << " is " << peer.identity().to_string() << '\n';
    return peer.identity().is_nil() ? 1 : 0;
}
