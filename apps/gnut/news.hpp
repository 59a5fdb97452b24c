#pragma once

#include <gnutella/event.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace gnut {

/// Turns what happens in a node into lines for the person who runs it.
class News {
  public:
    enum class Detail : std::uint8_t {
        usual,    ///< what changes
        queries,  ///< also each query that comes by
        all,      ///< also each failure of a source
    };
    /// How much is told from here on.
    void tell(Detail detail) noexcept { detail_ = detail; }

    /// The line to print; nothing for what is not news: results that are shown elsewhere, an upload going on.
    std::optional<std::string> line_for(const gnutella::Event& event);

  private:
    std::optional<std::string> line_for_upload(const gnutella::UploadProgress& upload);

    Detail detail_ = Detail::usual;
    std::set<std::uint64_t> uploads_;
};

}  // namespace gnut
