"""Who was proven lately to have a message, by batch; what is lost the deliveries still say."""

from typing import Final

from safeconduct.ground.kernel.heaps import Heap

PROOFS: Final = Heap("messaging_proof", about="batch_id", whom="recipient_id")
