#include "wire/gnutella/vendor_codes.hpp"

#include "wire/gnutella/hit_payload.hpp"

#include <algorithm>
#include <array>

namespace gnutella::wire {

namespace {

struct Client {
    std::string_view code;
    std::string_view name;
};

constexpr std::array clients{
    Client{own_vendor_code, "libgnutella"},
    Client{"ACQX", "Acquisition"},
    Client{"BEAR", "BearShare"},
    Client{"ENVY", "Envy"},
    Client{"GBUN", "GnutellaBun"},
    Client{"GNUC", "Gnucleus"},
    Client{"GTKG", "gtk-gnutella"},
    Client{"LIME", "LimeWire"},
    Client{"MRPH", "Morpheus"},
    Client{"MUTE", "Mutella"},
    Client{"PEER", "PeerProject"},
    Client{"PHEX", "Phex"},
    Client{"QAZA", "Quazaa"},
    Client{"RAZA", "Shareaza"},
    Client{"SNOW", "FrostWire"},
};

bool is_printable(char letter) {
    return letter > ' ' && letter < '\x7F';
}

}  // namespace

std::string client_name(std::string_view vendor_code) {
    const auto* known = std::ranges::find(clients, vendor_code, &Client::code);
    if (known != clients.end()) {
        return std::string(known->name);
    }
    return std::ranges::all_of(vendor_code, is_printable) ? std::string(vendor_code) : std::string();
}

std::string_view vendor_code_of(std::string_view client) {
    const auto* known = std::ranges::find(clients, client.substr(0, client.find_first_of("/ ")), &Client::name);
    if (known != clients.end()) {
        return known->code;
    }
    return client.size() == own_vendor_code.size() && std::ranges::all_of(client, is_printable) ? client
                                                                                                : own_vendor_code;
}

}  // namespace gnutella::wire
