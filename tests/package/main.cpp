#include <gnutella/gnutella.hpp>

#include <iostream>

int main() {
    const auto urn = gnutella::Urn::parse("urn:sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
    const gnutella::error_code error = gnutella::Error::no_source;
    std::cout << "libgnutella " << gnutella::version << ' ' << gnutella::Guid::random().to_string() << ' '
              << error.message() << '\n';
    return urn ? 0 : 1;
}
