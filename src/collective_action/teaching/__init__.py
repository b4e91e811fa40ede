"""What a chapter shows and asks with: charts, intervals of means, sealed answers."""
