namespace Reranking;

/// <summary>When a host loads the scorers in use.</summary>
public enum RerankingWarmUp
{
    /// <summary>When the host starts, in the background. If a scorer does not load, an error is logged and calls throw its exception.</summary>
    Background,

    /// <summary>Before the host has started. A scorer that does not load stops the startup.</summary>
    BeforeStart,

    /// <summary>On the first call, which waits for the load.</summary>
    OnFirstCall,
}
