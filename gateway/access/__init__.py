"""Who asks: viewers, how they prove who they are, and what they may see."""
