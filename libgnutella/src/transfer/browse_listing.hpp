#pragma once

#include "transfer/http_request.hpp"
#include "wire/gnutella/stream_deflater.hpp"
#include "wire/ip_address.hpp"

#include <gnutella/guid.hpp>
#include <gnutella/urn.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gnutella::transfer {

/// A shared file, as a list names it.
struct ListedFile {
    /// Its number in the catalogue; the low 32 bits are the index that others ask for.
    std::uint64_t id = 0;
    std::string name;
    std::uint64_t size = 0;
    Urn urn{Sha1{}};
};

/// What a list says of the node whose files it names.
struct Owner {
    Guid servent;
    /// Where it listens.
    wire::IpAddress address;
    std::uint16_t port = 0;
    std::string agent;
};

/// Writes the body of an answer to browse host: file by file, a piece at a time, so that a list of a million files
/// needs no more memory than one of a few. Compressed and in chunks where the request wants it so. Pure; for one
/// answer.
class BrowseListing {
  public:
    /// Files that should be added at once: as many as go into one Query Hit.
    static constexpr std::size_t files_at_once = 64;

    /// @param id of its Query Hits; random.
    BrowseListing(const BrowseRequest& request, Owner owner, const Guid& id);

    /// Each appends what is ready of the body.
    void begin(std::string& to);
    void add(std::span<const ListedFile> files, std::string& to);
    void end(std::string& to);

  private:
    enum class Ending : bool { more_follows, last };

    void add_packet(std::span<const ListedFile> files);
    void add_lines(std::span<const ListedFile> files);
    void pass_on(Ending ending, std::string& to);

    const BrowseRequest::Form form_;
    const HttpRequest::Chunks chunks_;
    const Owner owner_;
    const Guid id_;
    const std::string extensions_;
    std::optional<wire::StreamDeflater> deflater_;
    std::string plain_;
    std::string packed_;
};

/// A text with what HTML gives a meaning to escaped, fit for an element or a quoted attribute.
std::string escape_html(std::string_view text);

}  // namespace gnutella::transfer
