#pragma once

#include <gnutella/dialect.hpp>
#include <gnutella/endpoint.hpp>

#include <optional>
#include <utility>

namespace gnutella {

/// Where another peer listens, and the dialect in which it is best spoken to.
struct KnownHost {
    // NOLINTNEXTLINE(google-explicit-constructor): an Endpoint is a host of which nothing more is known.
    KnownHost(Endpoint the_host, std::optional<Dialect> the_dialect = {})
        : host(std::move(the_host)), dialect(the_dialect) {}

    Endpoint host;
    /// The one that a session with it was in last, or that it was told of in; nullopt when that is not known.
    std::optional<Dialect> dialect;

    friend bool operator==(const KnownHost&, const KnownHost&) = default;
};

}  // namespace gnutella
