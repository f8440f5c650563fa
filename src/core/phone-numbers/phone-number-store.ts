import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { PhoneNumber, PhoneNumberState } from './phone-number.ts'

export type Tx = Transaction<Schema>

export interface StoredPhoneNumber extends PhoneNumber {
  state: PhoneNumberState
}

export type PhoneNumberStore = ReturnType<typeof createPhoneNumberStore>

export function createPhoneNumberStore(kysely: Kysely<Schema>) {
  return {
    transaction<Result>(work: (transaction: Tx) => Promise<Result>): Promise<Result> {
      return kysely.transaction().execute(work)
    },

    /** Whatever its state. */
    async find(id: string): Promise<StoredPhoneNumber | null> {
      const row = await kysely.selectFrom('phone_numbers').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : toPhoneNumber(row)
    },

    /** Active ones, newest first. */
    async list(
      workspaceId: string,
      page: { limit: number; after: string | null },
    ): Promise<StoredPhoneNumber[]> {
      let query = kysely
        .selectFrom('phone_numbers')
        .selectAll()
        .where('workspace_id', '=', workspaceId)
        .where('state', '=', 'active')
      if (page.after !== null) query = query.where('id', '<', page.after)
      return (await query.orderBy('id', 'desc').limit(page.limit).execute()).map(toPhoneNumber)
    },

    /** Which of these are reserved or in use, in any workspace. */
    async heldNumbers(numbers: string[]): Promise<Set<string>> {
      if (numbers.length === 0) return new Set()
      const rows = await kysely
        .selectFrom('phone_numbers')
        .select('number')
        .where('number', 'in', numbers)
        .where('state', '<>', 'released')
        .execute()
      return new Set(rows.map(({ number }) => number))
    },

    /**
     * Puts a pending row there with the first of these numbers that nobody has. null: none is free, somebody took that
     * one at the same moment, or a row with this id exists already.
     */
    async reserve(phone: Omit<PhoneNumber, 'number' | 'agentId'>, numbers: string[]): Promise<string | null> {
      const { id, workspaceId, carrier, areaCode, name, description, createdAt, updatedAt } = phone
      const { rows } = await sql<{ number: string }>`
        insert into phone_numbers
          (id, workspace_id, carrier, number, area_code, name, description, state, created_at, updated_at)
        select ${id}::uuid, ${workspaceId}::uuid, ${carrier}, offered.number, ${areaCode}, ${name}, ${description}::text,
          'pending', ${createdAt}::timestamptz, ${updatedAt}::timestamptz
        from unnest(${numbers}::text[]) with ordinality as offered (number, place)
        where not exists (
          select 1 from phone_numbers as held where held.number = offered.number and held.state <> 'released')
        order by offered.place limit 1
        on conflict do nothing
        returning number`.execute(kysely)
      return rows[0]?.number ?? null
    },

    /** Gives a pending row another number. False: that number is held, or the row is no longer what it was. */
    async renumber(phone: StoredPhoneNumber, number: string, at: Date): Promise<boolean> {
      try {
        const result = await kysely
          .updateTable('phone_numbers')
          .set({ number, updated_at: at })
          .where('id', '=', phone.id)
          .where('state', '=', 'pending')
          .where('number', '=', phone.number)
          .executeTakeFirst()
        return result.numUpdatedRows === 1n
      } catch (error) {
        if (isHeld(error)) return false
        throw error
      }
    },

    /** A pending row whose number was bought becomes active. False: it is no longer what it was. */
    async confirm(transaction: Tx, phone: StoredPhoneNumber): Promise<boolean> {
      const result = await transaction
        .updateTable('phone_numbers')
        .set({ state: 'active' })
        .where('id', '=', phone.id)
        .where('state', '=', 'pending')
        .where('number', '=', phone.number)
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },

    /** From one state to another; null: it was not in the first. */
    async move(
      id: string,
      from: PhoneNumberState,
      to: PhoneNumberState,
      at: Date,
    ): Promise<StoredPhoneNumber | null> {
      const row = await kysely
        .updateTable('phone_numbers')
        .set({ state: to, updated_at: at })
        .where('id', '=', id)
        .where('state', '=', from)
        .returningAll()
        .executeTakeFirst()
      return row === undefined ? null : toPhoneNumber(row)
    },

    /** What this carrier may still have to do for us. */
    async listUnfinished(carrier: string): Promise<StoredPhoneNumber[]> {
      const rows = await kysely
        .selectFrom('phone_numbers')
        .selectAll()
        .where('state', 'in', ['pending', 'releasing'])
        .where('carrier', '=', carrier)
        .orderBy('id')
        .execute()
      return rows.map(toPhoneNumber)
    },

    /** The active number, held until the transaction ends; null when it is gone. */
    async lock(transaction: Tx, id: string): Promise<StoredPhoneNumber | null> {
      const row = await transaction
        .selectFrom('phone_numbers')
        .selectAll()
        .where('id', '=', id)
        .where('state', '=', 'active')
        .forUpdate()
        .executeTakeFirst()
      return row === undefined ? null : toPhoneNumber(row)
    },

    async update(transaction: Tx, phone: StoredPhoneNumber): Promise<void> {
      const { id, name, description, agentId, state, updatedAt } = phone
      await transaction
        .updateTable('phone_numbers')
        .set({ name, description, agent_id: agentId, state, updated_at: updatedAt })
        .where('id', '=', id)
        .execute()
    },

    /** The agent counts as changed. Its times strictly increase, whatever the clock says. */
    async touchAgent(transaction: Tx, agentId: string, at: Date): Promise<void> {
      await transaction
        .updateTable('agents')
        .set({ updated_at: sql`greatest(${at}, updated_at + interval '1 millisecond')` })
        .where('id', '=', agentId)
        .execute()
    },
  }
}

function toPhoneNumber(row: Selectable<Schema['phone_numbers']>): StoredPhoneNumber {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    carrier: row.carrier,
    number: row.number,
    areaCode: row.area_code,
    name: row.name,
    description: row.description,
    agentId: row.agent_id,
    state: row.state as PhoneNumberState, // only this store writes it
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function isHeld(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || !('constraint' in error)) return false
  return error.code === '23505' && error.constraint === 'phone_numbers_number'
}
