namespace Reranking;

/// <summary>When an application with a host loads the scorers that answer.</summary>
public enum RerankingWarmUp
{
    /// <summary>When the host starts, in the background. A scorer that does not load is logged as an error, and calls throw it.</summary>
    Background,

    /// <summary>Before the host has started. A scorer that does not load stops the start.</summary>
    BeforeStart,

    /// <summary>On the first call, which waits for it.</summary>
    OnFirstCall,
}
