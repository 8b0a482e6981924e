"""The privacy notice: made from the register, known by the hash of its content, every version kept."""
