/** Which approvals are listed, as the address says it; absent: those that are open. */
export interface ApprovalSearch {
  tab?: 'answered' | 'lapsed'
}

export function approvalTabOf(tab: unknown): ApprovalSearch {
  return tab === 'answered' || tab === 'lapsed' ? { tab } : {}
}
