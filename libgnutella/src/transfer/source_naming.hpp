#pragma once

#include "transfer/request_target.hpp"

#include <gnutella/error.hpp>
#include <gnutella/hit.hpp>

#include <optional>

namespace gnutella::transfer {

/// By which name a source is asked for its file: by what it is, and when it does not know it so, by the number that its
/// hit gave it. Older programs know no other way, and a file that was just hashed may not be known by its hash yet.
class SourceNaming {
  public:
    explicit SourceNaming(const Hit& hit) {
        // Only there the number means something.
        if (hit.dialect == Dialect::gnutella && !hit.name.empty()) {
            spare_ = IndexedFile{hit.index, hit.name};
        }
    }

    /// What to ask for in place of the Urn; nullopt: the Urn.
    const std::optional<IndexedFile>& indexed() const noexcept { return indexed_; }

    /// The source gave that error. @return whether to ask it once more, by another name.
    bool has_another(const error_code& error) {
        if (error != Error::source_lacks_file || !spare_) {
            return false;
        }
        indexed_.swap(spare_);
        spare_.reset();
        return true;
    }

  private:
    std::optional<IndexedFile> indexed_;
    std::optional<IndexedFile> spare_;
};

}  // namespace gnutella::transfer
