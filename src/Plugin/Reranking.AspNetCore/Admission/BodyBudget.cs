namespace Reranking.AspNetCore.Admission;

/// <summary>Bounds what the bodies that are being read take together: before a request is read, nobody knows how many tokens it has.</summary>
/// <param name="maxBytes">How many bytes they may have.</param>
/// <remarks>Thread-safe, but for a share, which is one request's.</remarks>
internal sealed class BodyBudget(long maxBytes)
{
    private long _taken;

    /// <summary>Returns the share of a request, to dispose when its body is no longer needed.</summary>
    public Share Open() => new(this);

    private bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= maxBytes)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    private void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);

    /// <summary>What one request has taken.</summary>
    /// <param name="budget">What it takes from.</param>
    public sealed class Share(BodyBudget budget) : IDisposable
    {
        private long _bytes;

        /// <summary>Takes as much as is missing to so many bytes, or returns that there is not as much.</summary>
        public bool TryGrow(long bytes)
        {
            bool isTaken = bytes <= _bytes || budget.TryTake(bytes - _bytes);
            _bytes = isTaken ? Math.Max(bytes, _bytes) : _bytes;
            return isTaken;
        }

        public void Dispose()
        {
            budget.Return(_bytes);
            _bytes = 0;
        }
    }
}
