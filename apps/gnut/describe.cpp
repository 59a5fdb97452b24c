#include "describe.hpp"

#include "amounts.hpp"
#include "printable.hpp"

#include <algorithm>

namespace gnut {

namespace {

std::string right_aligned(std::string text, std::size_t width) {
    if (text.size() < width) {
        text.insert(0, width - text.size(), ' ');
    }
    return text;
}

std::string numbered(std::size_t number, std::uint64_t size, std::string_view name) {
    return right_aligned(std::to_string(number), 3) + "  " + right_aligned(format_bytes(size), 9) + "  " +
           printable(name);
}

/// The form that fits on a line and that every Gnutella program understands.
std::string short_urn(const gnutella::Urn& urn) {
    return urn.sha1() ? urn.sha1_string() : urn.to_string();
}

std::string short_urn(const std::optional<gnutella::Urn>& urn) {
    return urn ? short_urn(*urn) : "(no URN)";
}

/// Which hash was compared. "urn:sha1:X" -> "SHA-1 X".
std::string verified_hash(const gnutella::DownloadedFile& file) {
    if (!file.urn) {
        return "verified";
    }
    const std::string text = short_urn(*file.urn);
    return (file.urn->sha1() ? "verified SHA-1 " : "verified Tiger tree ") + text.substr(text.rfind(':') + 1);
}

}  // namespace

std::string describe(std::size_t number, const gnutella::Hit& hit) {
    return numbered(number, hit.size, hit.name) + "  " + printable(hit.source.to_string()) + "  " + short_urn(hit.urn) +
           (hit.client.empty() ? "" : "  " + printable(hit.client));
}

std::string describe(std::size_t number, const FoundFile& file) {
    return numbered(number, file.size, file.name) + "  " + format_count(file.sources.size(), "source") + "  " +
           short_urn(file.urn);
}

std::string describe(const gnutella::SessionInfo& session) {
    const bool outgoing = session.direction == gnutella::Direction::outgoing;
    const bool listens = !session.listens.host.empty() && session.listens.port != 0;
    std::string text = printable((outgoing || !listens ? session.remote : session.listens).to_string());
    if (session.legacy) {
        return text + " (legacy peer)";
    }
    text += " (" + std::string(to_string(session.dialect)) + ", ";
    if (session.dialect == gnutella::Dialect::gnutella) {
        return text + describe_gnutella(session) + ')';
    }
    return text + printable(session.agent) + ", " + format_count(session.files, "file") + ", " +
           format_bytes(session.bytes) + ')';
}

std::string describe_gnutella(const gnutella::SessionInfo& session) {
    std::string text(session.role ? to_string(*session.role) : "peer");
    if (!session.agent.empty()) {
        text += ", " + printable(session.agent);
    }
    if (session.layers.sends_deflated || session.layers.receives_deflated) {
        text += ", compressed";
    }
    if (session.layers.tls) {
        text += ", TLS";
    }
    return text;
}

std::string describe(const gnutella::SharedFile& file) {
    return right_aligned(format_bytes(file.size), 9) + "  " + printable(file.name) + "  " + short_urn(file.urn);
}

std::string describe_arrived(const gnutella::DownloadedFile& file) {
    const double seconds = file.seconds.count();
    std::string text = format_bytes(file.bytes) + " in " + format_duration(file.seconds);
    if (const std::uint64_t fetched = file.bytes - std::min(file.resumed, file.bytes); seconds > 0 && fetched > 0) {
        text += " (" + format_rate(static_cast<double>(fetched) / seconds) + ')';
    }
    if (file.transport) {
        text += *file.transport == gnutella::Transport::quic ? " over QUIC" : " over HTTP";
    }
    if (file.resumed > 0) {
        text += ", " + format_bytes(file.resumed) + " of it fetched before";
    }
    if (file.verification == gnutella::Verification::verified) {
        return text + ", " + verified_hash(file);
    }
    return text + ", not verified: a legacy peer's file comes without a hash to check it by";
}

std::string describe(const gnutella::DownloadProgress& progress) {
    using gnutella::DownloadState;
    std::string text = right_aligned(std::to_string(progress.id), 3) + "  " + printable(progress.name) + ": " +
                       format_bytes(progress.received) + " of " + format_bytes(progress.size);
    switch (progress.state) {
        case DownloadState::waiting:
            return text + ", waiting";
        case DownloadState::connecting:
            return text + ", looking for a source";
        case DownloadState::verifying:
            return text + ", being verified";
        case DownloadState::paused:
            return text + ", paused";
        case DownloadState::fetching:
        case DownloadState::ended:
            break;
    }
    text += ", " + format_rate(progress.rate) + ", " + format_count(progress.sources, "source");
    if (const auto left = progress.time_left()) {
        text += ", " + format_clock(*left) + " left";
    }
    return text;
}

std::string describe_saved(const gnutella::DownloadedFile& file) {
    return "saved " + printable(file.path.string()) + ": " + describe_arrived(file);
}

}  // namespace gnut
